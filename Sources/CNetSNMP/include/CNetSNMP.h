#pragma once

// What haidang uses of libsnmp: the keys, digests and ciphers of SNMPv3 (RFC 3414, 3826, 7860), and, for tests, its codec.
//
// Net-SNMP's own headers stay in the .c files: seen from Swift, their fd_set disagrees with the one of other modules.
// The security functions keep no state, so any thread may call them. They return 0, or a negative number on failure.

#include <stddef.h>
#include <stdint.h>

typedef enum {
    CN_MD5,
    CN_SHA,
    CN_SHA224,
    CN_SHA256,
    CN_SHA384,
    CN_SHA512,
} cn_authentication;

typedef enum {
    CN_DES,
    CN_AES,
    // Keys extended as draft-blumenthal-aes-usm-04 says.
    CN_AES192,
    CN_AES256,
    // Keys extended as draft-reeder-snmpv3-usm-3desede-00 says, which is what Cisco's devices do.
    CN_AES192_CISCO,
    CN_AES256_CISCO,
} cn_privacy;

enum {
    // Room for any key.
    CN_KEY_BYTES = 64,
    // Room for any digest.
    CN_DIGEST_BYTES = 48,
};

// Bytes of the digest in a message; 0 for an unknown protocol.
size_t cn_digest_bytes(cn_authentication authentication);

// The key of a pass phrase (RFC 3414 appendix A.2), which costs 2 to 3 ms. `key` has CN_KEY_BYTES bytes of room.
int cn_pass_phrase_key(
    cn_authentication authentication, const uint8_t *phrase, size_t phrase_bytes, uint8_t *key, size_t *key_bytes);

// The key of one engine from the key of a pass phrase. `localised` has CN_KEY_BYTES bytes of room.
int cn_localise_key(
    cn_authentication authentication, const uint8_t *key, size_t key_bytes, const uint8_t *engine, size_t engine_bytes,
    uint8_t *localised, size_t *localised_bytes);

// Brings a localised key to the length the cipher needs: 16 bytes for DES and AES, 24 for AES-192, 32 for AES-256. `key` has CN_KEY_BYTES bytes of room.
int cn_extend_key(
    cn_authentication authentication, cn_privacy privacy, const uint8_t *engine, size_t engine_bytes, uint8_t *key,
    size_t *key_bytes);

// The digest of a message whose digest field is zero. `digest` has CN_DIGEST_BYTES bytes of room.
int cn_digest(
    cn_authentication authentication, const uint8_t *key, size_t key_bytes, const uint8_t *message,
    size_t message_bytes, uint8_t *digest);

// Encrypts with a key of `cn_extend_key`; `iv` has 8 bytes for DES and 16 for AES. DES needs a multiple of 8 bytes. The result is as long as the input.
int cn_encrypt(
    cn_privacy privacy, const uint8_t *key, size_t key_bytes, const uint8_t *iv, size_t iv_bytes, const uint8_t *input,
    size_t bytes, uint8_t *output);

// Decrypts what `cn_encrypt` made.
int cn_decrypt(
    cn_privacy privacy, const uint8_t *key, size_t key_bytes, const uint8_t *iv, size_t iv_bytes, const uint8_t *input,
    size_t bytes, uint8_t *output);

// MARK: Codec, an independent witness for tests
//
// Calls share libsnmp's global error number: one thread at a time.

typedef struct cn_pdu cn_pdu;

// A PDU to fill in; `command` is its BER tag. Freed by `cn_pdu_free`.
cn_pdu *cn_pdu_new(uint8_t command, int32_t request_id, int32_t error_status, int32_t error_index);
void cn_pdu_free(cn_pdu *pdu);

// Append a binding. Numbers: INTEGER, Counter32, Gauge32, TimeTicks, Counter64. Bytes: octet strings, IpAddress, Opaque, and
// (without bytes) null and the exceptions.
int cn_pdu_add_number(cn_pdu *pdu, const uint32_t *oid, size_t oid_count, uint8_t type, uint64_t value);
int cn_pdu_add_bytes(
    cn_pdu *pdu, const uint32_t *oid, size_t oid_count, uint8_t type, const uint8_t *bytes, size_t count);
int cn_pdu_add_oid(cn_pdu *pdu, const uint32_t *oid, size_t oid_count, const uint32_t *value, size_t value_count);

// The message with this PDU; `version` is 0 or 1. The number of bytes, or a negative number.
long cn_pdu_build(
    cn_pdu *pdu, int version, const uint8_t *community, size_t community_bytes, uint8_t *output, size_t capacity);

// The PDU of a v1 or v2c message; null where libsnmp refuses it.
cn_pdu *cn_pdu_parse(const uint8_t *message, size_t bytes);

typedef struct {
    uint8_t command;
    int64_t request_id;
    int64_t error_status;
    int64_t error_index;
    size_t bindings;
} cn_pdu_header;

cn_pdu_header cn_pdu_get_header(const cn_pdu *pdu);

// What only a v1 trap has; the identifier is copied into `enterprise` (128 of room).
typedef struct {
    size_t enterprise_count;
    uint8_t agent_address[4];
    int64_t generic_trap;
    int64_t specific_trap;
    uint64_t time_stamp;
} cn_trap;

cn_trap cn_pdu_get_trap(const cn_pdu *pdu, uint32_t *enterprise);

// A binding by index: its type, and the counts copied into `oid` and `value_oid` (128 of room each) and `bytes` (65,536).
typedef struct {
    uint8_t type;
    size_t oid_count;
    uint64_t number;
    size_t value_oid_count;
    size_t byte_count;
} cn_binding;

cn_binding cn_pdu_get_binding(const cn_pdu *pdu, size_t index, uint32_t *oid, uint32_t *value_oid, uint8_t *bytes);
