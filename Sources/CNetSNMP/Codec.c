#include "CNetSNMP.h"

#include <string.h>
#include <sys/types.h>

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

// `snmp_build` and `snmp_parse` take a session only for its version and community; no socket is opened.

struct cn_pdu {
    netsnmp_pdu *pdu;
};

static cn_pdu *wrap(netsnmp_pdu *pdu)
{
    cn_pdu *result = pdu ? calloc(1, sizeof *result) : NULL;
    if (!result) {
        if (pdu) snmp_free_pdu(pdu);
        return NULL;
    }
    result->pdu = pdu;
    return result;
}

cn_pdu *cn_pdu_new(uint8_t command, int32_t request_id, int32_t error_status, int32_t error_index)
{
    netsnmp_pdu *pdu = snmp_pdu_create(command);
    if (!pdu) return NULL;
    pdu->reqid = request_id;
    pdu->errstat = error_status;
    pdu->errindex = error_index;
    return wrap(pdu);
}

void cn_pdu_free(cn_pdu *pdu)
{
    if (!pdu) return;
    snmp_free_pdu(pdu->pdu);
    free(pdu);
}

static size_t widen(const uint32_t *source, size_t count, oid *target)
{
    if (count > MAX_OID_LEN) count = MAX_OID_LEN;
    for (size_t i = 0; i < count; i++) target[i] = source[i];
    return count;
}

int cn_pdu_add_number(cn_pdu *pdu, const uint32_t *name, size_t name_count, uint8_t type, uint64_t value)
{
    oid widened[MAX_OID_LEN];
    size_t count = widen(name, name_count, widened);
    if (type == ASN_COUNTER64) {
        struct counter64 number = {.high = (u_long)(value >> 32), .low = (u_long)(value & 0xFFFFFFFF)};
        return snmp_pdu_add_variable(pdu->pdu, widened, count, type, &number, sizeof number) ? 0 : -1;
    }
    if (type == ASN_INTEGER) {
        long number = (int32_t)value;
        return snmp_pdu_add_variable(pdu->pdu, widened, count, type, &number, sizeof number) ? 0 : -1;
    }
    u_long number = (u_long)value;
    return snmp_pdu_add_variable(pdu->pdu, widened, count, type, &number, sizeof number) ? 0 : -1;
}

int cn_pdu_add_bytes(
    cn_pdu *pdu, const uint32_t *name, size_t name_count, uint8_t type, const uint8_t *bytes, size_t byte_count)
{
    oid widened[MAX_OID_LEN];
    size_t count = widen(name, name_count, widened);
    return snmp_pdu_add_variable(pdu->pdu, widened, count, type, bytes, byte_count) ? 0 : -1;
}

int cn_pdu_add_oid(cn_pdu *pdu, const uint32_t *name, size_t name_count, const uint32_t *value, size_t value_count)
{
    oid widened[MAX_OID_LEN], widened_value[MAX_OID_LEN];
    size_t count = widen(name, name_count, widened);
    size_t length = widen(value, value_count, widened_value) * sizeof(oid);
    return snmp_pdu_add_variable(pdu->pdu, widened, count, ASN_OBJECT_ID, widened_value, length) ? 0 : -1;
}

long cn_pdu_build(
    cn_pdu *pdu, int version, const uint8_t *community, size_t community_bytes, uint8_t *output, size_t capacity)
{
    netsnmp_session session;
    snmp_sess_init(&session);
    session.version = version;
    session.community = (u_char *)community;
    session.community_len = community_bytes;
    pdu->pdu->version = version;
    // A response carries the community of its request, kept in the PDU itself and freed with it.
    free(pdu->pdu->community);
    pdu->pdu->community = malloc(community_bytes ? community_bytes : 1);
    if (!pdu->pdu->community) return -1;
    memcpy(pdu->pdu->community, community, community_bytes);
    pdu->pdu->community_len = community_bytes;
    u_char *packet = calloc(1, capacity);
    if (!packet) return -1;
    size_t length = capacity, offset = 0;
    // Built backwards: the message is the last `offset` bytes of the buffer.
    long result = -1;
    if (snmp_build(&packet, &length, &offset, &session, pdu->pdu) == 0 && offset <= capacity) {
        memcpy(output, packet + length - offset, offset);
        result = (long)offset;
    }
    free(packet);
    return result;
}

cn_pdu *cn_pdu_parse(const uint8_t *message, size_t bytes)
{
    // The library would tell on standard error what is wrong with each message.
    static netsnmp_log_handler *silence;
    if (!silence) silence = netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
    netsnmp_session session;
    snmp_sess_init(&session);
    session.version = SNMP_DEFAULT_VERSION;
    netsnmp_pdu *pdu = snmp_pdu_create(0);
    u_char *copy = malloc(bytes ? bytes : 1);
    int code = -1;
    if (pdu && copy) {
        memcpy(copy, message, bytes);
        code = snmp_parse(NULL, &session, pdu, copy, bytes);
    }
    free(copy);
    if (code != 0) {
        if (pdu) snmp_free_pdu(pdu);
        return NULL;
    }
    return wrap(pdu);
}

cn_pdu_header cn_pdu_get_header(const cn_pdu *pdu)
{
    cn_pdu_header header = {0};
    header.command = (uint8_t)pdu->pdu->command;
    header.request_id = pdu->pdu->reqid;
    header.error_status = pdu->pdu->errstat;
    header.error_index = pdu->pdu->errindex;
    for (const netsnmp_variable_list *v = pdu->pdu->variables; v; v = v->next_variable) header.bindings++;
    return header;
}

static size_t narrow(const oid *source, size_t count, uint32_t *target)
{
    if (count > MAX_OID_LEN) count = MAX_OID_LEN;
    for (size_t i = 0; i < count; i++) target[i] = (uint32_t)source[i];
    return count;
}

cn_trap cn_pdu_get_trap(const cn_pdu *pdu, uint32_t *enterprise)
{
    cn_trap trap = {0};
    trap.enterprise_count = narrow(pdu->pdu->enterprise, pdu->pdu->enterprise_length, enterprise);
    memcpy(trap.agent_address, pdu->pdu->agent_addr, sizeof trap.agent_address);
    trap.generic_trap = pdu->pdu->trap_type;
    trap.specific_trap = pdu->pdu->specific_type;
    trap.time_stamp = pdu->pdu->time;
    return trap;
}

cn_binding cn_pdu_get_binding(const cn_pdu *pdu, size_t index, uint32_t *name, uint32_t *value_oid, uint8_t *bytes)
{
    cn_binding binding = {0};
    const netsnmp_variable_list *v = pdu->pdu->variables;
    while (v && index-- > 0) v = v->next_variable;
    if (!v) return binding;
    binding.type = v->type;
    binding.oid_count = narrow(v->name, v->name_length, name);
    switch (v->type) {
    case ASN_INTEGER:
    case ASN_COUNTER:
    case ASN_GAUGE:
    case ASN_TIMETICKS:
    case ASN_UINTEGER:
        binding.number = (uint64_t)*v->val.integer;
        break;
    case ASN_COUNTER64:
        binding.number = (uint64_t)v->val.counter64->high << 32 | (v->val.counter64->low & 0xFFFFFFFF);
        break;
    case ASN_OBJECT_ID:
        binding.value_oid_count = narrow(v->val.objid, v->val_len / sizeof(oid), value_oid);
        break;
    default:
        // A null or an exception that came with contents has a length, but they were not kept.
        if (!v->val.string) break;
        binding.byte_count = v->val_len <= 65536 ? v->val_len : 65536;
        if (binding.byte_count > 0) memcpy(bytes, v->val.string, binding.byte_count);
    }
    return binding;
}
