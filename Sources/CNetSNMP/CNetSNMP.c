#include "CNetSNMP.h"

#include <string.h>
#include <sys/types.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/library/keytools.h>
#include <net-snmp/library/scapi.h>
#include <net-snmp/library/snmpusm.h>

// The protocols are found by name: their numbers differ between versions of the library.
static const oid *authentication_oid(cn_authentication authentication, size_t *count)
{
    static const char *const names[] = {"MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"};
    if ((unsigned)authentication >= sizeof names / sizeof names[0]) return NULL;
    return sc_get_auth_oid(usm_lookup_auth_type(names[authentication]), count);
}

static int privacy_type(cn_privacy privacy)
{
    static const char *const names[] = {"DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C"};
    if ((unsigned)privacy >= sizeof names / sizeof names[0]) return -1;
    return usm_lookup_priv_type(names[privacy]);
}

size_t cn_digest_bytes(cn_authentication authentication)
{
    switch (authentication) {
    case CN_MD5: return 12;
    case CN_SHA: return 12;
    case CN_SHA224: return 16;
    case CN_SHA256: return 24;
    case CN_SHA384: return 32;
    case CN_SHA512: return 48;
    }
    return 0;
}

int cn_pass_phrase_key(
    cn_authentication authentication, const uint8_t *phrase, size_t phrase_bytes, uint8_t *key, size_t *key_bytes)
{
    size_t count = 0;
    const oid *protocol = authentication_oid(authentication, &count);
    if (!protocol) return -1;
    *key_bytes = CN_KEY_BYTES;
    return generate_Ku(protocol, (u_int)count, phrase, phrase_bytes, key, key_bytes) == SNMPERR_SUCCESS ? 0 : -1;
}

int cn_localise_key(
    cn_authentication authentication, const uint8_t *key, size_t key_bytes, const uint8_t *engine, size_t engine_bytes,
    uint8_t *localised, size_t *localised_bytes)
{
    size_t count = 0;
    const oid *protocol = authentication_oid(authentication, &count);
    if (!protocol) return -1;
    *localised_bytes = CN_KEY_BYTES;
    int code = generate_kul(
        protocol, (u_int)count, engine, engine_bytes, key, key_bytes, localised, localised_bytes);
    return code == SNMPERR_SUCCESS ? 0 : -1;
}

int cn_extend_key(
    cn_authentication authentication, cn_privacy privacy, const uint8_t *engine, size_t engine_bytes, uint8_t *key,
    size_t *key_bytes)
{
    size_t count = 0;
    const oid *protocol = authentication_oid(authentication, &count);
    int type = privacy_type(privacy);
    if (!protocol || type < 0) return -1;
    // Of a DES key the library counts only the cipher's 8 bytes; the 8 behind them make the vector (RFC 3414 section 8.1.1.1).
    int needed = privacy == CN_DES ? 16 : sc_get_proper_priv_length_bytype(type);
    if (needed <= 0 || needed > CN_KEY_BYTES) return -1;
    if (*key_bytes < (size_t)needed) {
        // The library may replace the buffer, so it gets one of its own.
        size_t length = *key_bytes;
        u_char *buffer = calloc(1, 2 * CN_KEY_BYTES);
        if (!buffer) return -1;
        memcpy(buffer, key, length);
        int code = netsnmp_extend_kul(
            (u_int)needed, (oid *)protocol, (u_int)count, type, (u_char *)engine, (u_int)engine_bytes, &buffer, &length,
            2 * CN_KEY_BYTES);
        if (code == SNMPERR_SUCCESS && length >= (size_t)needed) memcpy(key, buffer, (size_t)needed);
        memset(buffer, 0, 2 * CN_KEY_BYTES);
        free(buffer);
        if (code != SNMPERR_SUCCESS || length < (size_t)needed) return -1;
    }
    *key_bytes = (size_t)needed;
    return 0;
}

int cn_digest(
    cn_authentication authentication, const uint8_t *key, size_t key_bytes, const uint8_t *message,
    size_t message_bytes, uint8_t *digest)
{
    size_t count = 0;
    const oid *protocol = authentication_oid(authentication, &count);
    size_t length = cn_digest_bytes(authentication);
    if (!protocol) return -1;
    size_t written = length;
    int code = sc_generate_keyed_hash(
        protocol, count, key, (u_int)key_bytes, message, (u_int)message_bytes, digest, &written);
    return code == SNMPERR_SUCCESS && written == length ? 0 : -1;
}

static u_int vector_bytes(cn_privacy privacy)
{
    return privacy == CN_DES ? 8 : 16;
}

int cn_encrypt(
    cn_privacy privacy, const uint8_t *key, size_t key_bytes, const uint8_t *iv, size_t iv_bytes, const uint8_t *input,
    size_t bytes, uint8_t *output)
{
    size_t count = 0;
    const oid *protocol = sc_get_priv_oid(privacy_type(privacy), &count);
    if (!protocol || iv_bytes != vector_bytes(privacy) || (privacy == CN_DES && bytes % 8 != 0)) return -1;
    u_char own_iv[16] = {0};
    memcpy(own_iv, iv, iv_bytes);
    size_t written = bytes;
    int code = sc_encrypt(
        protocol, count, (u_char *)key, (u_int)key_bytes, own_iv, (u_int)iv_bytes, input, (u_int)bytes, output,
        &written);
    return code == SNMPERR_SUCCESS && written == bytes ? 0 : -1;
}

int cn_decrypt(
    cn_privacy privacy, const uint8_t *key, size_t key_bytes, const uint8_t *iv, size_t iv_bytes, const uint8_t *input,
    size_t bytes, uint8_t *output)
{
    size_t count = 0;
    const oid *protocol = sc_get_priv_oid(privacy_type(privacy), &count);
    if (!protocol || iv_bytes != vector_bytes(privacy) || bytes == 0 || (privacy == CN_DES && bytes % 8 != 0)) return -1;
    u_char own_iv[16] = {0};
    memcpy(own_iv, iv, iv_bytes);
    size_t written = bytes;
    int code = sc_decrypt(
        protocol, count, (u_char *)key, (u_int)key_bytes, own_iv, (u_int)iv_bytes, (u_char *)input, (u_int)bytes,
        output, &written);
    return code == SNMPERR_SUCCESS && written == bytes ? 0 : -1;
}
