#define _GNU_SOURCE
#include "CCurl.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

struct hd_curl_loop {
    CURLM *multi;
    void *context;
    hd_curl_socket_fn socket_fn;
    hd_curl_timer_fn timer_fn;
};

struct hd_curl_transfer {
    CURL *easy;
    // The multi handle it runs in, or NULL.
    CURLM *multi;
    hd_curl_callbacks callbacks;
    struct curl_slist *headers;
    struct curl_slist *connect_to;
    bool address_refused;
    CURLcode result;
    char error[CURL_ERROR_SIZE];
};

bool hd_curl_initialize(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

// MARK: loop

static int socket_callback(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user) {
    (void)easy;
    (void)socket_user;
    hd_curl_loop *loop = user;
    uint32_t events = 0;
    if (what == CURL_POLL_REMOVE) {
        events = HD_CURL_FORGET;
    } else {
        if (what & CURL_POLL_IN) events |= HD_CURL_READABLE;
        if (what & CURL_POLL_OUT) events |= HD_CURL_WRITABLE;
    }
    loop->socket_fn(loop->context, fd, events);
    return 0;
}

static int timer_callback(CURLM *multi, long milliseconds, void *user) {
    (void)multi;
    hd_curl_loop *loop = user;
    loop->timer_fn(loop->context, milliseconds);
    return 0;
}

hd_curl_loop *hd_curl_loop_new(
    long connections, long connections_per_host, void *context, hd_curl_socket_fn socket_fn,
    hd_curl_timer_fn timer_fn) {
    hd_curl_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->multi = curl_multi_init();
    loop->context = context;
    loop->socket_fn = socket_fn;
    loop->timer_fn = timer_fn;
    CURLM *multi = loop->multi;
    if (!multi || curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_callback) != CURLM_OK
        || curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, loop) != CURLM_OK
        || curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_callback) != CURLM_OK
        || curl_multi_setopt(multi, CURLMOPT_TIMERDATA, loop) != CURLM_OK
        || curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections) != CURLM_OK
        || curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections) != CURLM_OK
        || curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections_per_host) != CURLM_OK) {
        hd_curl_loop_free(loop);
        return NULL;
    }
    return loop;
}

void hd_curl_loop_free(hd_curl_loop *loop) {
    if (loop->multi) curl_multi_cleanup(loop->multi);
    free(loop);
}

void hd_curl_act(hd_curl_loop *loop, int fd, uint32_t events) {
    int mask = 0;
    if (events & HD_CURL_READABLE) mask |= CURL_CSELECT_IN;
    if (events & HD_CURL_WRITABLE) mask |= CURL_CSELECT_OUT;
    if (events & HD_CURL_FAILED) mask |= CURL_CSELECT_ERR;
    int running = 0;
    // What goes wrong shows in the transfers.
    curl_multi_socket_action(loop->multi, fd < 0 ? CURL_SOCKET_TIMEOUT : fd, mask, &running);
}

// MARK: callbacks of a transfer

static size_t header_callback(char *bytes, size_t size, size_t count, void *user) {
    hd_curl_transfer *transfer = user;
    size_t total = size * count;
    return transfer->callbacks.header(transfer->callbacks.context, (const uint8_t *)bytes, total) ? total : total + 1;
}

static size_t body_callback(char *bytes, size_t size, size_t count, void *user) {
    hd_curl_transfer *transfer = user;
    size_t total = size * count;
    if (total == 0) return 0;
    return transfer->callbacks.body(transfer->callbacks.context, (const uint8_t *)bytes, total) ? total : total + 1;
}

static bool is_allowed(hd_curl_transfer *transfer, const struct sockaddr *address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (address->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text, sizeof text);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(six)) {
            inet_ntop(AF_INET, &six->s6_addr[12], text, sizeof text);
        } else {
            inet_ntop(AF_INET6, six, text, sizeof text);
        }
    }
    return text[0] != '\0' && transfer->callbacks.allows(transfer->callbacks.context, text);
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    hd_curl_transfer *transfer = user;
    if (transfer->callbacks.allows && !is_allowed(transfer, &address->addr)) {
        transfer->address_refused = true;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int64_t earliest_expiry(CURL *easy) {
    struct curl_certinfo *info = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info) return 0;
    static const char prefix[] = "Expire date:";
    int64_t earliest = 0;
    for (int index = 0; index < info->num_of_certs; index += 1) {
        for (struct curl_slist *line = info->certinfo[index]; line; line = line->next) {
            if (strncmp(line->data, prefix, sizeof prefix - 1) != 0) continue;
            time_t expiry = curl_getdate(line->data + sizeof prefix - 1, NULL);
            if (expiry > 0 && (earliest == 0 || expiry < earliest)) earliest = expiry;
        }
    }
    return earliest;
}

// libcurl calls it with every request, on a new connection or a kept one, so an address check cannot be passed by on a
// connection that another request has opened.
static int prerequest_callback(void *user, char *address, char *local_address, int port, int local_port) {
    hd_curl_transfer *transfer = user;
    char name[2 * INET6_ADDRSTRLEN + 32];
    snprintf(name, sizeof name, "%s %d %s %d", local_address, local_port, address, port);
    const char *plain = strncasecmp(address, "::ffff:", 7) == 0 && strchr(address, '.') ? address + 7 : address;
    if (transfer->callbacks.ready(transfer->callbacks.context, plain, name, earliest_expiry(transfer->easy))) {
        return CURL_PREREQFUNC_OK;
    }
    transfer->address_refused = true;
    return CURL_PREREQFUNC_ABORT;
}

// MARK: transfer

// Each option in turn until one is refused.
#define SET(option, value) (curl_easy_setopt(transfer->easy, option, value) == CURLE_OK)

hd_curl_transfer *hd_curl_transfer_new(const hd_curl_callbacks *callbacks) {
    hd_curl_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer) return NULL;
    transfer->callbacks = *callbacks;
    transfer->easy = curl_easy_init();
    if (transfer->easy && SET(CURLOPT_PRIVATE, transfer) && SET(CURLOPT_ERRORBUFFER, transfer->error)
        && SET(CURLOPT_NOSIGNAL, 1L)
        // A name server that does not answer must not hold up the loop when its transfer ends.
        && SET(CURLOPT_QUICK_EXIT, 1L) && SET(CURLOPT_PROTOCOLS_STR, "http,https")
        && SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https") && SET(CURLOPT_PROXY, "") && SET(CURLOPT_NOPROXY, "*")
        && SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS) && SET(CURLOPT_CERTINFO, 1L)
        // Every handshake is a full one, so that it shows the certificates.
        && SET(CURLOPT_SSL_SESSIONID_CACHE, 0L) && SET(CURLOPT_CA_CACHE_TIMEOUT, 600L)
        && SET(CURLOPT_HEADERFUNCTION, header_callback) && SET(CURLOPT_HEADERDATA, transfer)
        && SET(CURLOPT_WRITEFUNCTION, body_callback) && SET(CURLOPT_WRITEDATA, transfer)
        && SET(CURLOPT_OPENSOCKETFUNCTION, open_socket) && SET(CURLOPT_OPENSOCKETDATA, transfer)
        && SET(CURLOPT_PREREQFUNCTION, prerequest_callback) && SET(CURLOPT_PREREQDATA, transfer)) {
        return transfer;
    }
    hd_curl_transfer_free(transfer);
    return NULL;
}

void hd_curl_transfer_free(hd_curl_transfer *transfer) {
    if (transfer->multi) curl_multi_remove_handle(transfer->multi, transfer->easy);
    if (transfer->easy) curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->connect_to);
    free(transfer);
}

void *hd_curl_transfer_context(const hd_curl_transfer *transfer) {
    return transfer->callbacks.context;
}

bool hd_curl_set_url(hd_curl_transfer *transfer, const char *url) {
    return SET(CURLOPT_URL, url);
}

bool hd_curl_set_method(hd_curl_transfer *transfer, const char *method, const uint8_t *body, size_t length) {
    if (strcmp(method, "HEAD") == 0) return SET(CURLOPT_NOBODY, 1L);
    if (strcmp(method, "GET") == 0) return SET(CURLOPT_HTTPGET, 1L);
    bool is_post = strcmp(method, "POST") == 0;
    bool has_body = length > 0 || is_post || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    if (has_body
        && !(SET(CURLOPT_POST, 1L) && SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length)
             && SET(CURLOPT_COPYPOSTFIELDS, length > 0 ? (const char *)body : ""))) {
        return false;
    }
    return is_post || SET(CURLOPT_CUSTOMREQUEST, method);
}

bool hd_curl_add_header(hd_curl_transfer *transfer, const char *line) {
    struct curl_slist *headers = curl_slist_append(transfer->headers, line);
    if (!headers) return false;
    transfer->headers = headers;
    return SET(CURLOPT_HTTPHEADER, headers);
}

bool hd_curl_set_timeout(hd_curl_transfer *transfer, int64_t milliseconds) {
    return SET(CURLOPT_TIMEOUT_MS, (long)milliseconds) && SET(CURLOPT_CONNECTTIMEOUT_MS, (long)milliseconds);
}

bool hd_curl_set_connect_to(hd_curl_transfer *transfer, const char *address) {
    char *line = NULL;
    // No host and no port in front: the line applies to all of them.
    if (asprintf(&line, "::%s", address) < 0) return false;
    struct curl_slist *list = curl_slist_append(transfer->connect_to, line);
    free(line);
    if (!list) return false;
    transfer->connect_to = list;
    return SET(CURLOPT_CONNECT_TO, list);
}

bool hd_curl_set_unix_socket(hd_curl_transfer *transfer, const char *path) {
    return SET(CURLOPT_UNIX_SOCKET_PATH, path);
}

bool hd_curl_set_trust(hd_curl_transfer *transfer, bool verify, const char *authority_file) {
    if (!SET(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L) || !SET(CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L)) return false;
    if (!authority_file) return true;
    // Without the directory, or the system's authorities would still be trusted.
    return SET(CURLOPT_CAINFO, authority_file) && SET(CURLOPT_CAPATH, NULL);
}

bool hd_curl_set_maximum_body(hd_curl_transfer *transfer, int64_t bytes) {
    return SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)bytes);
}

bool hd_curl_set_redirects(hd_curl_transfer *transfer, long maximum) {
    return SET(CURLOPT_FOLLOWLOCATION, maximum > 0 ? 1L : 0L) && SET(CURLOPT_MAXREDIRS, maximum);
}

bool hd_curl_set_handshake_only(hd_curl_transfer *transfer) {
    return SET(CURLOPT_CONNECT_ONLY, 1L);
}

bool hd_curl_start(hd_curl_loop *loop, hd_curl_transfer *transfer) {
    if (curl_multi_add_handle(loop->multi, transfer->easy) != CURLM_OK) return false;
    transfer->multi = loop->multi;
    return true;
}

// MARK: outcome

static int64_t time_of(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static long number_of(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static hd_curl_outcome outcome(const hd_curl_transfer *transfer, CURLcode code) {
    if (code != CURLE_OK && transfer->address_refused
        && (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK)) {
        return HD_CURL_ADDRESS_REFUSED;
    }
    switch (code) {
    case CURLE_OK: return HD_CURL_DONE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return HD_CURL_RESOLVE;
    case CURLE_COULDNT_CONNECT: return HD_CURL_CONNECT;
    case CURLE_OPERATION_TIMEDOUT: return HD_CURL_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION: return HD_CURL_UNVERIFIED;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT: return HD_CURL_TLS;
    case CURLE_FILESIZE_EXCEEDED: return HD_CURL_BODY_TOO_LARGE;
    case CURLE_RECV_ERROR:
        // A TLS 1.3 server refuses a client after the handshake.
        return strstr(transfer->error, "SSL_read: error") ? HD_CURL_TLS : HD_CURL_MALFORMED;
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9, or a redirect to another protocol
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_TOO_MANY_REDIRECTS: return HD_CURL_MALFORMED;
    case CURLE_OUT_OF_MEMORY:
        // Said of a header line beyond libcurl's limit as well.
        return time_of(transfer->easy, CURLINFO_STARTTRANSFER_TIME_T) > 0 ? HD_CURL_MALFORMED : HD_CURL_OTHER;
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT: return HD_CURL_BAD_REQUEST;
    case CURLE_WRITE_ERROR:
    case CURLE_ABORTED_BY_CALLBACK: return HD_CURL_ABORTED;
    default: return HD_CURL_OTHER;
    }
}

hd_curl_transfer *hd_curl_next_finished(hd_curl_loop *loop, hd_curl_result *result) {
    CURLMsg *message;
    int left;
    do {
        message = curl_multi_info_read(loop->multi, &left);
        if (!message) return NULL;
    } while (message->msg != CURLMSG_DONE);
    CURL *easy = message->easy_handle;
    CURLcode code = message->data.result;
    char *private = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    hd_curl_transfer *transfer = (hd_curl_transfer *)(void *)private;
    transfer->result = code;
    result->outcome = outcome(transfer, code);
    result->os_error = (int)number_of(easy, CURLINFO_OS_ERRNO);
    result->status = number_of(easy, CURLINFO_RESPONSE_CODE);
    result->connected_anew = number_of(easy, CURLINFO_NUM_CONNECTS) > 0;
    result->resolved = time_of(easy, CURLINFO_NAMELOOKUP_TIME_T);
    result->connected = time_of(easy, CURLINFO_CONNECT_TIME_T);
    result->secured = time_of(easy, CURLINFO_APPCONNECT_TIME_T);
    result->first_byte = time_of(easy, CURLINFO_STARTTRANSFER_TIME_T);
    result->total = time_of(easy, CURLINFO_TOTAL_TIME_T);
    result->expiry = earliest_expiry(easy);
    return transfer;
}

const char *hd_curl_last_url(const hd_curl_transfer *transfer) {
    const char *url = NULL;
    return curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url) == CURLE_OK && url ? url : "";
}

const char *hd_curl_message(const hd_curl_transfer *transfer) {
    return transfer->error[0] ? transfer->error : curl_easy_strerror(transfer->result);
}
