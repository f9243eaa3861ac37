#pragma once

// libcurl's multi interface behind opaque handles and plain integers: HTTP and HTTPS only, no proxies, no signals.
//
// A loop and its transfers belong to one thread: every call below and every callback happens on it. Callbacks must not
// call back into these functions. Strings are NUL-terminated UTF-8 and copied. Functions that configure return false
// when libcurl refuses.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct hd_curl_loop hd_curl_loop;
typedef struct hd_curl_transfer hd_curl_transfer;

// Initialises libcurl. Call once, before any other thread uses it; false on failure.
bool hd_curl_initialize(void);

// MARK: loop

enum {
    HD_CURL_READABLE = 1,
    HD_CURL_WRITABLE = 2,
    // An error or hang-up; only ever reported.
    HD_CURL_FAILED = 4,
    // No longer watch the descriptor.
    HD_CURL_FORGET = 8,
};

// Asks to watch `fd` for `events`, a sum of the above.
typedef void (*hd_curl_socket_fn)(void *_Nullable context, int fd, uint32_t events);
// Asks for `hd_curl_act` with descriptor -1 after this many milliseconds; -1: never mind. Replaces what was asked
// before.
typedef void (*hd_curl_timer_fn)(void *_Nullable context, int64_t milliseconds);

hd_curl_loop *_Nullable hd_curl_loop_new(
    long connections, long connections_per_host, void *_Nullable context, hd_curl_socket_fn _Nonnull socket_fn,
    hd_curl_timer_fn _Nonnull timer_fn);

// After all its transfers were freed.
void hd_curl_loop_free(hd_curl_loop *_Nonnull loop);

// `fd` is ready for `events`; or, with -1, the time asked for has come.
void hd_curl_act(hd_curl_loop *_Nonnull loop, int fd, uint32_t events);

// MARK: transfer

// A header line or part of the body has come; false ends the transfer with HD_CURL_ABORTED.
typedef bool (*hd_curl_bytes_fn)(void *_Nullable context, const uint8_t *_Nonnull bytes, size_t count);
// Whether to connect to this numeric address (IPv4-mapped ones come as IPv4).
typedef bool (*hd_curl_address_fn)(void *_Nullable context, const char *_Nonnull address);
// A connection, new or kept alive, is about to carry the request; false ends the transfer with HD_CURL_ADDRESS_REFUSED.
// `connection` names it among the open ones; `expiry` is the earliest notAfter of the certificates shown in a handshake
// done for this transfer, in seconds since the Unix epoch, or 0.
typedef bool (*hd_curl_ready_fn)(
    void *_Nullable context, const char *_Nonnull address, const char *_Nonnull connection, int64_t expiry);

typedef struct {
    void *_Nullable context;
    hd_curl_bytes_fn _Nonnull header;
    hd_curl_bytes_fn _Nonnull body;
    // Asked before every connect; NULL: any address.
    hd_curl_address_fn _Nullable allows;
    hd_curl_ready_fn _Nonnull ready;
} hd_curl_callbacks;

hd_curl_transfer *_Nullable hd_curl_transfer_new(const hd_curl_callbacks *_Nonnull callbacks);

// Also ends it when it runs.
void hd_curl_transfer_free(hd_curl_transfer *_Nonnull transfer);

// What `callbacks.context` was.
void *_Nullable hd_curl_transfer_context(const hd_curl_transfer *_Nonnull transfer);

bool hd_curl_set_url(hd_curl_transfer *_Nonnull transfer, const char *_Nonnull url);
// A body goes with any method but GET and HEAD; POST, PUT and PATCH always have one, perhaps empty.
bool hd_curl_set_method(
    hd_curl_transfer *_Nonnull transfer, const char *_Nonnull method, const uint8_t *_Nullable body, size_t length);
// `Name: value`, `Name;` for an empty value, or `Name:` to leave out one that libcurl would add.
bool hd_curl_add_header(hd_curl_transfer *_Nonnull transfer, const char *_Nonnull line);
bool hd_curl_set_timeout(hd_curl_transfer *_Nonnull transfer, int64_t milliseconds);
// `address:port`, used whatever the URL says.
bool hd_curl_set_connect_to(hd_curl_transfer *_Nonnull transfer, const char *_Nonnull address);
// Connects through the Unix socket at this path instead of the network.
bool hd_curl_set_unix_socket(hd_curl_transfer *_Nonnull transfer, const char *_Nonnull path);
// NULL: the authorities the system trusts.
bool hd_curl_set_trust(
    hd_curl_transfer *_Nonnull transfer, bool verify, const char *_Nullable authority_file);
// A longer body announced by the server ends the transfer at once; 0: no limit.
bool hd_curl_set_maximum_body(hd_curl_transfer *_Nonnull transfer, int64_t bytes);
// 0: none are followed.
bool hd_curl_set_redirects(hd_curl_transfer *_Nonnull transfer, long maximum);

// Only connect and shake hands: no request is sent, and no answer awaited.
bool hd_curl_set_handshake_only(hd_curl_transfer *_Nonnull transfer);

bool hd_curl_start(hd_curl_loop *_Nonnull loop, hd_curl_transfer *_Nonnull transfer);

// MARK: outcome

typedef enum {
    HD_CURL_DONE = 0,
    HD_CURL_RESOLVE,
    // Not connected; `os_error` says why.
    HD_CURL_CONNECT,
    HD_CURL_TIMEOUT,
    HD_CURL_TLS,
    // The certificate did not verify. When that ended the handshake, libcurl has not kept the certificates.
    HD_CURL_UNVERIFIED,
    HD_CURL_BODY_TOO_LARGE,
    HD_CURL_MALFORMED,
    HD_CURL_ADDRESS_REFUSED,
    HD_CURL_BAD_REQUEST,
    HD_CURL_ABORTED,
    HD_CURL_OTHER,
} hd_curl_outcome;

typedef struct {
    hd_curl_outcome outcome;
    // An errno of the last connect, or 0.
    int os_error;
    long status;
    // Whether a connection was made for this transfer; otherwise one was reused.
    bool connected_anew;
    // Microseconds since the start; 0 when the step was not reached.
    int64_t resolved;
    int64_t connected;
    int64_t secured;
    int64_t first_byte;
    int64_t total;
    // Earliest notAfter of the certificates of the last handshake of this transfer, verified or not, or 0.
    int64_t expiry;
} hd_curl_result;

// A transfer that has ended, or NULL when none is left. Free it afterwards.
hd_curl_transfer *_Nullable hd_curl_next_finished(hd_curl_loop *_Nonnull loop, hd_curl_result *_Nonnull result);

// Where it went last, redirects followed; valid while the transfer lives.
const char *_Nonnull hd_curl_last_url(const hd_curl_transfer *_Nonnull transfer);

// libcurl's words on why it failed; valid while the transfer lives.
const char *_Nonnull hd_curl_message(const hd_curl_transfer *_Nonnull transfer);
