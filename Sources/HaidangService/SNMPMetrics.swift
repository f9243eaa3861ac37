import SNMP

/// What the SNMP client did, as metric families.
enum SNMPMetrics {
    static func add(_ counters: SNMPClientCounters, to list: inout FamilyList) {
        list.counter(
            "haidang_snmp_requests_total", "Datagrams sent to agents, retries and discoveries included.",
            Double(counters.requests))
        list.counter(
            "haidang_snmp_retries_total", "Requests sent again for want of an answer.", Double(counters.retries))
        list.counter("haidang_snmp_timeouts_total", "Requests given up without an answer.", Double(counters.timeouts))
        list.counter("haidang_snmp_replies_total", "Datagrams received from agents.", Double(counters.replies))
        list.counter("haidang_snmp_sent_bytes_total", "Bytes of the datagrams sent.", Double(counters.sentBytes))
        list.counter(
            "haidang_snmp_received_bytes_total", "Bytes of the datagrams received.", Double(counters.receivedBytes))
        list.counter("haidang_snmp_malformed_total", "Replies that are not SNMP.", Double(counters.malformed))
        list.counter(
            "haidang_snmp_unmatched_total", "Replies to nothing that is asked: late, repeated or forged.",
            Double(counters.unmatched))
        list.gauge("haidang_snmp_in_flight", "Agents being asked.", Double(counters.inFlight))
    }
}
