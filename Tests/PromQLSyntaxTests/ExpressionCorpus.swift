/// Expressions of all kinds, one a line, as people and dashboards write them.
enum ExpressionCorpus {
    static let expressions = lines.split(separator: "\n").map(String.init)

    private static let lines = #"""
        1
        +1
        -1
        0x1f
        017
        1_000_000
        1.5e3
        .5
        5.
        1e-7
        Inf
        -Inf
        +iNf
        NaN
        5m
        1h30m
        -1w
        1y1ms
        "text"
        'single "quoted" text'
        `raw \n text`
        "\u1ea5\t\x41\\"
        1 + 2
        1 - -2
        1 * 2 / 3 % 4
        2 ^ 3 ^ 2
        -2 ^ 2
        (-2) ^ 2
        2 ^ -1
        Inf ^ 2
        1 + 2 * 3 ^ 4 - 5 atan2 6
        (1 + 2) * (3 + 4)
        ((((1))))
        1 == bool 2
        1 != bool 2 >= bool 3
        1 < bool 2
        1 <= bool 2
        1 > bool 2
        5m / 1h
        60 * 60 * 24
        time() - 1h
        time() % 86400
        -time()
        +pi()
        pi() * 2 ^ 2
        up
        up{}
        :rate:5m
        job:errors:ratio_rate5m{job="api"}
        {__name__="up"}
        {__name__=~"node_.*"}
        {__name__=~"node_.*",__name__!="node_load1"}
        {__name__!~"",job="x"}
        {"metric.with.dots"}
        {"metric.with.dots",label="value"}
        {"metric.with.dots","label.with.dots"=~"v|w"}
        {"độ ẩm","phòng máy"="Cần Thơ"}
        {job="x"}
        {job!="x",instance=~"a.*",mode!~"idle|iowait",}
        up{job='single',instance=`raw`}
        up{a="\"", b="\\", c="\n"}
        up{on="1",by="2",sum="3",inf="4",bool="5",offset="6"}
        up{B="1",a="2",_c="3",b="4",b="3"}
        and
        and and and
        or or or
        unless unless unless
        sum
        sum + avg
        by
        by + without
        start + end
        offset offset 5m
        start @ start()
        limitk / limit_ratio
        group
        quantile{quantile="0.9"}
        up offset 5m
        up offset -5m
        up offset 300
        up offset 1.5
        up offset 0s
        up @ 1609746000
        up @ -1.5
        up @ 1e3
        up @ start()
        up @ end() offset 1h
        up offset 1h @ 3
        up{job="x"} offset 1w
        up[5m]
        up[300]
        up[1.5]
        up{job="x"}[1h] offset 1d
        up[5m] @ 100
        up[5m] offset -1m @ end()
        up[1h:]
        up[1h:5m]
        up[1h:300]
        up[1h:5m] offset 1d
        up[1h:] @ start() offset 1d
        up offset 5m[1h:]
        up @ 3 [1h:1m]
        (up + up)[1h:1m]
        (up)[5m:]
        rate(up[5m])[1h:1m]
        max_over_time(rate(up[5m])[1h:1m])
        max_over_time(deriv(rate(distance_covered_total[5s])[30s:5s])[10m:])
        sum(up)[10m:1m] offset 5m
        -up
        +up
        --up
        -+-up
        -up ^ 2
        -(up ^ 2)
        (-up) ^ 2
        -up * 2
        -up offset 5m
        -rate(up[5m])
        -sum(up)
        up ^ -up
        up + 1
        1 + up
        up - up
        up * up / up % up
        up ^ up ^ up
        up atan2 down
        up == up
        up == 1
        1 < up
        up > 1 < 2
        up != bool 0
        up >= bool on(a) down
        up <= ignoring(a, b) down
        up and down
        up or down or sideways
        up unless down
        up and on() down
        up or on(a) down
        up unless ignoring(a) down
        up and down or up unless down
        up + down and down
        up > 1 and down < 2 or sideways == 3
        up + on(a) down
        up + on(a,b,) down
        up + on() down
        up + ignoring() down
        up + ignoring(a) down
        up * on(a) group_left down
        up * on(a) group_left() down
        up * on(a) group_left(b) down
        up * on(a) group_left(b,c,) down
        up * on(a) group_left (b) (down)
        up / on(a) group_right(b) down
        up / ignoring(a) group_left(a) down
        up - ignoring() group_right(b) down
        up * on("a b") group_left("c d") down
        up == bool on(a) group_left(b) down
        up AND down
        up Or ON(a) down
        up UNLESS IGNORING(a) down
        up * ON(a) GROUP_LEFT(b) down
        up == BOOL 1
        up ATAN2 1
        sum(up)
        sum by (a) (up)
        sum by(a,b)(up)
        sum by() (up)
        sum(up) by (a)
        sum(up) by ("utf.8", plain)
        sum without (a) (up)
        sum without() (up)
        sum(up) without (a, b,)
        SUM BY (a) (up)
        avg(up)
        min(up)
        max by (instance) (up)
        group by (job) (up)
        count(up)
        count(up) > 0
        stddev(up)
        stdvar(up)
        topk(3, up)
        topk by (a) (3, up)
        bottomk(3, up) by (a)
        bottomk(scalar(limit), up)
        quantile(0.95, up)
        quantile without (a) (0.95, up)
        count_values("version", build_info)
        count_values by (job) ('version', build_info)
        limitk(2, up)
        limit_ratio(0.5, up)
        limit_ratio(-0.5, up)
        sum by (on, bool, offset, and, start) (up)
        sum by (a:b) (up)
        sum(sum by (a) (sum without (b) (up)))
        sum(avg) + avg(sum)
        sum by (a) (up) / on (a) group_left sum by (a, b) (up)
        sum(rate(a[5m])) / sum(rate(b[5m])) > 0.05
        sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(http_requests_total[5m]))
        histogram_quantile(0.99, sum by (le, job) (rate(request_duration_seconds_bucket[5m])))
        histogram_quantile(0.5, x)
        histogram_fraction(0, 0.2, rate(x[5m]))
        histogram_count(x) + histogram_sum(x) + histogram_avg(x)
        histogram_stddev(x) / histogram_stdvar(x)
        label_replace(up, "a", "$1", "b", "(.*):.*")
        label_replace(up, "a", "${1}-x", "b", `(\d+)`)
        label_join(up, "a", ",", "b", "c", "d")
        label_join(up, "a", ",")
        sort(up)
        sort_desc(up)
        sort_by_label(up, "a", "b")
        sort_by_label_desc(up, "a")
        sort_by_label(up)
        round(up)
        round(up, 0.1)
        round(up, -1)
        clamp(up, 0, 1)
        clamp_min(up, 0) + clamp_max(up, 1)
        hour()
        hour(vector(time()))
        day_of_week() == 0
        days_in_month(timestamp(up))
        month() + year() + minute() + day_of_month() + day_of_year()
        absent(up{job="x"})
        absent(sum(up))
        absent_over_time(up[5m])
        absent_over_time(up{job="x"}[1h])
        predict_linear(free_bytes[1h], 4 * 3600)
        predict_linear(free_bytes[1h], 4h) < 0
        quantile_over_time(0.9, up[5m])
        double_exponential_smoothing(up[5m], 0.5, 0.1)
        scalar(up)
        scalar(up) + 1
        vector(1)
        vector(scalar(up))
        vector(1) or up
        info(up)
        info(up, {__name__=~"target_info"})
        info(up, {k8s_cluster=~".+"})
        irate(up[1m])
        increase(up[1h:1m])
        delta(up[1h]) / idelta(up[1h])
        resets(up[1h]) + changes(up[1h])
        deriv(up[1h])
        sum_over_time(up[1h]) / count_over_time(up[1h])
        avg_over_time(up[1h]) - min_over_time(up[1h])
        stddev_over_time(up[1h]) ^ 2 - stdvar_over_time(up[1h])
        last_over_time(up[1h]) == present_over_time(up[1h])
        mad_over_time(up[1h])
        ts_of_last_over_time(up[1h]) - ts_of_max_over_time(up[1h]) + ts_of_min_over_time(up[1h])
        avg_over_time((rate(a[5m]) / rate(b[5m]))[1h:5m])
        timestamp(up offset 5m) - timestamp(up)
        ln(up) + log2(up) + log10(up) + exp(up) + sqrt(up)
        sin(up) ^ 2 + cos(up) ^ 2
        rad(up) == deg(up)
        abs(-up)
        sgn(up) * ceil(up) + floor(up)
        100 - (avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100)
        (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) * 100 > 90
        node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes * 100 < 10 and predict_linear(node_filesystem_avail_bytes[6h], 24*60*60) < 0
        rate(ifHCInOctets{site="ct-01",ifName=~"eth.*"}[5m]) * 8 / (ifHighSpeed * 1e6) * 100
        sum by (site) (rate(ifHCInOctets[5m]) * 8) / sum by (site) (ifHighSpeed * 1000000)
        (ifOperStatus != 1) and on (device, ifIndex) (ifAdminStatus == 1)
        avg_over_time(upsAdvanceBatteryTemperature[30m]) > 35 or upsAdvanceBatteryTemperature > 45
        up == 0 unless on (device) maintenance == 1
        count by (site) (up == 0) / count by (site) (up) > bool 0.5
        max by (rack) (temperature_celsius) - on (rack) min by (rack) (temperature_celsius offset 1h)
        sum by (feed) (pdu_power_watts) / on (feed) group_left (site, room) feed_capacity_watts
        topk(5, sum by (device) (increase(ifInErrors[1h]))) > 0
        label_replace(label_replace(up, "a", "$1", "b", "(.*)"), "c", "$1", "a", "(.*)")
        histogram_quantile(0.9, sum(rate(latency_bucket[5m])) by (le)) > 0.5 and sum(rate(latency_count[5m])) > 1
        min_over_time((up == bool 1)[1d:1m] @ end()) or vector(0)
        vector(time()) - max(last_backup_timestamp_seconds) > 86400 * 2
        absent(up{job="haidang"}) * 1 == 1
        acos(up) + asin(up) + atan(up) + acosh(up) + asinh(up) + atanh(up)
        tan(up) / tanh(up) * sinh(up) - cosh(up)
        sort(topk(3, up) or bottomk(3, up))
        avg without (cpu, mode) (rate(node_cpu_seconds_total{mode!="idle"}[2m])) > 0.9
        sum by (job) (up) == on () group_left () count(up)
        rate(up[5m] @ end()) - rate(up[5m] @ start())
        sum(increase(trap_events_total{severity=~"major|critical"}[15m])) by (device, site) > 3
        stddev_over_time(response_seconds[10m:30s]) > 2 * avg(stddev_over_time(response_seconds[1d:1h]))
        up{site="ct-01"} == 0 and on (rack) count by (rack) (up == 0) > 5
        changes(ifOperStatus[10m]) >= 4 or resets(sysUpTime[10m]) > 0
        deriv(free_bytes{volume="/srv"}[6h]) * 86400 * 7 + free_bytes{volume="/srv"} <= 0
        bottomk by (site) (1, min_over_time(battery_runtime_seconds[1h])) < 600
        fan_rpm / ignoring (sensor) group_left (model) fan_rpm_nominal < 0.4
        count(count by (version) (build_info)) != 1
        1 - sum(rate(errors_total[30d])) / sum(rate(requests_total[30d])) < 0.999
        abs(clock_offset_seconds) > 0.05 unless on (instance) ntp_leap == 1
        hour() >= bool 22 or hour() < bool 6
        vector(scalar(sum(up)) / scalar(count(up)))
        quantile by (region) (0.5, last_over_time(latency_seconds{probe="icmp"}[5m] offset 1w))
        (((up)))
        ((up) + (up))
        sum((up))
        (sum(up))
        a+b-c*d/e%f^g
        a	+	b # tabs and a note
        up{ job = "x" , instance = "y" } [ 5m : 1m ] offset - 5m @ start ( )
        sum	by	( a , b )	( up )
        label_replace ( up , "a" , "b" , "c" , "d" )
        """#
}
