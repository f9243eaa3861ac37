import AnswerDisplay
import PromQLSyntax
import Testing

@Suite struct ValueUnitTests {
    @Test(
        "the unit of an expression",
        arguments: [
            ("capacity_used_bytes", .bytes), ("sum by (site) (capacity_used_bytes)", .bytes),
            ("rate(link_receive_bytes_total[5m])", .bytesPerSecond), ("max(irate(ifHCInOctets[5m]))", .bytesPerSecond),
            ("capacity_used_bytes / capacity_size_bytes", .ratio), ("rate(process_cpu_seconds_total[1m])", .ratio),
            ("capacity_used_bytes * 8", .number), ("capacity_used_bytes / 1e9", .number),
            ("(capacity_size_bytes - capacity_used_bytes) / deriv(capacity_used_bytes[1d])", .seconds),
            ("time() - process_start_time_seconds", .seconds), ("probe_ssl_earliest_cert_expiry", .time),
            ("count(capacity_used_bytes)", .number), ("-device_temperature_celsius > 5", .celsius),
            ("up > bool 0", .number), ("{__name__=~\"x_bytes\"}", .number),
            ("avg_over_time(room_loss_ratio[1h:5m])", .ratio),
            ("topk(3, device_power_watts)", .watts), ("quantile_over_time(0.9, x_seconds[1h])", .seconds),
            ("capacity_used_bytes + up", .number), ("1", .number), ("link_speed_bytes_per_second", .bytesPerSecond),
            ("x_bytes_created", .time), ("http_request_size_bytes_sum", .bytes), ("x_bytes_bucket", .number),
        ] as [(String, ValueUnit)])
    func units(expression: String, unit: ValueUnit) throws {
        #expect(ValueUnit(of: try PromQLParser.parse(expression)) == unit)
    }
}
