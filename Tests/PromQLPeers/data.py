"""The data set that both servers hold: what a data centre's monitoring stores in three hours, and odd cases, always the same.

Times are milliseconds since the epoch. Apart from the series named aligned_*, no sample lies on a multiple of 50 ms: each time is off
its interval by some milliseconds. So no sample lies on an edge of a range whose query time is a whole second, where the left edge
belongs to the range in Prometheus 2 and does not in Prometheus 3.
"""

import dataclasses
import math
import random
import struct

LENGTH = 3 * 3600  # seconds of data
# How far a sample is off its interval, at most, of the interval. Much more would let rate() take the spacing for a gap.
JITTER = 0.013

STALE_BITS = 0x7FF0000000000002  # Prometheus marks the end of a series with this NaN.
STALE = object()  # in place of a value: the stale marker

GAP = (3600, 4500)  # seconds in which the series with a gap have nothing
SHORT_GAP = (6000, 6200)  # shorter than the look-back of five minutes


@dataclasses.dataclass
class Series:
    """One series; `samples` are pairs of a time in milliseconds and a value, in order of time."""

    labels: dict
    samples: list


def value_bits(value):
    """The eight bytes of a value, least significant first."""
    if value is STALE:
        return struct.pack("<Q", STALE_BITS)
    return struct.pack("<d", value)


class DataSet:
    """All series for a base time in whole seconds; the same base and seed give the same data."""

    def __init__(self, base, seed=1):
        self.base = base
        self.series = []
        self._seed = seed
        self._hosts()
        self._network()
        self._web()
        self._histograms()
        self._rooms()
        self._odd_values()
        self._odd_times()
        self._odd_labels()
        self._aligned()

    # The series of one group are polled together and so have the same times.
    def _times(self, group, interval, start=0, end=LENGTH, without=()):
        generator = random.Random(f"{self._seed} {group} {interval}")
        phase = generator.randrange(interval)
        widest = int(interval * 1000 * JITTER)
        for second in range(phase, LENGTH, interval):
            offset = generator.choice([x for x in range(-widest, widest + 1) if x % 50])
            if start <= second < end and not any(a <= second < b for a, b in without):
                yield self.base * 1000 + second * 1000 + offset

    def _add(self, name, labels, times, values):
        """`values` is a function of the seconds since the base."""
        self.series.append(Series(
            {"__name__": name, **labels},
            [(time, values(time / 1000 - self.base)) for time in times]))

    def _random(self, *key):
        return random.Random(" ".join(map(str, (self._seed, *key))))

    def _walk(self, key, start, step, low, high):
        """A random walk between two bounds, a new value at each call."""
        generator = self._random("walk", key)
        value = start

        def values(_):
            nonlocal value
            value = min(high, max(low, value + generator.uniform(-step, step)))
            return value + generator.random() * step / 1e3
        return values

    def _counter(self, key, least, most, whole=True, resets=(), start=0.0):
        """A counter that grows by `least` to `most` a sample and begins again near zero at each time in `resets`.

        `start` is large where samples begin within a range: from a small value rate() extrapolates in another way since 2.51.
        """
        generator = self._random("counter", key)
        value, left = start, sorted(resets)

        def values(second):
            nonlocal value
            if left and second >= left[0]:
                left.pop(0)
                value = 0.0
            value += generator.randint(int(least), int(most)) if whole else generator.uniform(least, most)
            return value
        return values

    def _hosts(self):
        sites = {"n1": "Cần Thơ", "n2": "Hà Nội", "n3": "Đà Nẵng"}
        for i in range(1, 13):
            instance = f"n{i:02}"
            labels = {"instance": instance, "job": "node", "site": sites[f"n{1 + i % 3}"], "rack": f"R{1 + i % 4}"}
            slow, fast = list(self._times(instance, 30)), list(self._times(instance, 15))
            minutes = list(self._times(instance, 60))
            self._add("node_load1", labels, slow, self._walk(("load", i), 1.7 + i / 3, 0.3, 0.05, 9))
            size = 64 * 2**30 * (1 + i % 2)
            used = self._walk(("memory", i), size * (0.3 + i / 40), size / 60, size / 10, size * 0.97)
            self._add("node_memory_used_bytes", labels, slow, lambda s, used=used: float(int(used(s))))
            self._add("node_memory_size_bytes", labels, minutes, lambda _, size=size: float(size))
            self._add("node_state", labels, minutes, lambda s, g=self._random("state", i): float(g.choice([0, 0, 0, 1, 2, 3])))
            boot, reboots = float(self.base - 86400 * i), i == 3
            self._add("node_boot_time_seconds", labels, minutes, lambda s, b=boot, r=reboots: b + (s // 5400) * 3600 * r)
            self._add("node_clock_offset_seconds", labels, slow, self._walk(("clock", i), 0.0, 0.004, -0.05, 0.05))
            self._add("node_info", {
                "instance": instance, "vendor": ["Dell", "HPE", "Lenovo"][i % 3], "model": f"M{i % 5}", "serial": f"SN-{1000 + i}",
                "kernel": f"6.1.{i % 2}"}, minutes, lambda _: 1.0)
            if i <= 4:
                for cpu in ("0", "1"):
                    for mode, most in (("idle", 14.9), ("user", 6), ("system", 3), ("iowait", 0.5)):
                        resets = [7000] if i == 3 else []
                        self._add("node_cpu_seconds_total", {**labels, "cpu": cpu, "mode": mode}, fast, self._counter(
                            ("cpu", i, cpu, mode), most / 8, most, whole=False, resets=resets, start=1e5 * i))

    def _network(self):
        for d in range(1, 6):
            device = f"sw{d}"
            times = list(self._times(device, 30))
            for p in range(1, 5):
                labels = {"device": device, "interface": f"Gi0/{p}", "job": "snmp", "site": ["Cần Thơ", "Hà Nội"][d % 2]}
                resets = [5000 + 100 * p] if d == 2 else []
                for direction in ("in", "out"):
                    self._add(f"interface_{direction}_bytes_total", labels, times, self._counter(
                        (direction, d, p), 2e5 * p, 4e6 * p, resets=resets, start=1e9 * d + 1e7 * p))
                # Most samples of an error counter equal the one before.
                generator, start = self._random("errors", d, p), 1000.0 * d + p
                growing = self._random("growth", d, p)

                def errors(_, total=[start], g=generator, h=growing):
                    if g.random() < 0.08:
                        total[0] += h.randint(1, 9)
                    return total[0]
                self._add("interface_errors_total", labels, times, errors)
                fails = (d, p) == (4, 3)
                self._add("interface_status", labels, times, lambda s, f=fails: 2.0 if f and 4000 < s < 5000 else 1.0)
                port = {"device": device, "interface": f"Gi0/{p}"}
                self._add("interface_speed_bits", port, times, lambda _, p=p: 1e10 if p == 4 else 1e9)
            for p in range(1, 4):
                self._add("interface_info", {
                    "device": device, "interface": f"Gi0/{p}", "alias": ["đường lên", "máy chủ", "phòng họp"][p - 1], "vlan": str(100 + p)},
                    times, lambda _: 1.0)

    def _web(self):
        for i in range(1, 5):
            times = list(self._times(f"web{i}", 15))
            for method in ("GET", "POST"):
                for code in ("200", "404", "500"):
                    labels = {"instance": f"web{i}", "job": "web", "method": method, "code": code}
                    # Only some series have this label.
                    if method == "GET":
                        labels["path"] = "/api" if i % 2 else "/"
                    most = {"200": 90, "404": 12, "500": 4}[code]
                    resets = [2500, 8000] if i == 2 else []
                    self._add("http_requests_total", labels, times, self._counter(
                        ("requests", i, method, code), most // 4, most, resets=resets, start=5000.0 * i))
            self._add("http_requests_in_flight", {"instance": f"web{i}", "job": "web"}, times,
                      lambda _, g=self._random("flight", i): float(g.randint(0, 12)))
            self._add("process_start_time_seconds", {"instance": f"web{i}", "job": "web"}, times,
                      lambda s, i=i: self.base - 5000.25 * i + (2500 if i == 2 and s >= 2500 else 0))

    def _histogram(self, name, labels, times, bounds, spread, key, missing=()):
        """Cumulative buckets, sum and count; `bounds` as they are spelled in `le`."""
        generator = self._random("histogram", key)
        counts, total, upper = [1000.0 * (1 + n) for n in range(len(bounds))], 5000.0, [float(b) for b in bounds]
        columns = [[] for _ in bounds]
        sums = []
        for time in times:
            for _ in range(generator.randint(20, 60)):
                value = generator.lognormvariate(math.log(spread), 0.9)
                total += value
                for n, bound in enumerate(upper):
                    if value <= bound:
                        counts[n] += 1
            for n, count in enumerate(counts):
                columns[n].append((time, count))
            sums.append((time, total))
        for n, bound in enumerate(bounds):
            if bound not in missing:
                self.series.append(Series({"__name__": f"{name}_bucket", **labels, "le": bound}, columns[n]))
        self.series.append(Series({"__name__": f"{name}_sum", **labels}, sums))
        self.series.append(Series({"__name__": f"{name}_count", **labels}, list(columns[-1])))

    def _histograms(self):
        bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"]
        for i in range(1, 4):
            times = list(self._times(f"web{i}", 15))
            for handler, spread in (("/api", 0.06), ("/", 0.2)):
                labels = {"instance": f"web{i}", "handler": handler}
                self._histogram("http_request_duration_seconds", labels, times, bounds, spread * i, (i, handler))
        # Bounds spelled in other ways, a missing bucket, and one bound spelled twice.
        spelled = ["1e-3", ".01", "0.10", "1.0", "1e1", "Inf"]
        for disk in ("sda", "sdb"):
            self._histogram("disk_latency_seconds", {"disk": disk}, list(self._times("disks", 30)), spelled, 0.03, disk,
                            missing=(".01",) if disk == "sdb" else ())
        minutes = list(self._times("broken", 60))

        for kind, buckets in {  # what each bucket grows by in a minute
                "non monotonic": {"1": 5, "2": 3, "3": 8, "+Inf": 7},
                "without Inf": {"1": 1, "2": 3, "4": 4},
                "only Inf": {"+Inf": 4},
                "one bound": {"1": 2, "+Inf": 4},
                "empty": {"1": 0, "2": 0, "+Inf": 0},
                "all above": {"1": 0, "2": 0, "+Inf": 6},
                "negative": {"-2": 1, "-1": 3, "1": 6, "+Inf": 6},
                "zero": {"0": 2, "1": 5, "+Inf": 8},
                "same bound twice": {"1": 2, "1.0": 3, "2": 9, "+Inf": 11},
                "NaN count": {"1": 2, "2": math.nan, "+Inf": 9},
                "no number": {"1": 2, "high": 5, "+Inf": 8},
                "plateau": {"1": 4, "2": 4, "3": 4, "+Inf": 8}}.items():
            for le, growth in buckets.items():
                self._add("broken_histogram_bucket", {"kind": kind, "le": le}, minutes, lambda s, g=growth: g * (10.0 + s // 60))

    def _rooms(self):
        rooms = {"Phòng máy 1": 21.0, "Phòng máy 2": 23.5, "Kho lạnh": -18.0, "Hành lang": 29.0}
        for n, (room, mean) in enumerate(rooms.items()):
            site, times = ["Cần Thơ", "Hà Nội"][n % 2], list(self._times(("room", n), 60))
            for sensor in ("trên", "dưới"):
                self._add("ambient_temperature_celsius", {"site": site, "room": room, "sensor": sensor}, times, self._walk(
                    (room, sensor), mean, 0.4, mean - 6, mean + 6))
            self._add("temperature_threshold_celsius", {"site": site, "room": room}, times, lambda _, m=mean: m + 2.0)
            self._add("humidity_ratio", {"site": site, "room": room}, times, self._walk(("humidity", room), 0.5, 0.03, 0.2, 0.8))
        for u in range(1, 4):
            labels, times = {"ups": f"ups{u}", "site": "Cần Thơ"}, list(self._times(f"ups{u}", 30))
            self._add("ups_battery_charge_ratio", labels, times, lambda s, u=u: max(0.1, 1 - (s % (4000 + 500 * u)) / (9000 - 700 * u)))
            self._add("ups_load_watts", labels, times, self._walk(("ups", u), 2500.0, 90, 500, 6000))
        for day, second in {
                "epoch": 0, "leap day": 951827696, "end of year": 1483228799, "new year": 1483228800, "February": 1487000000.75,
                "before the epoch": -86401, "leap century": 4107542399, "Sunday": 1709424000}.items():
            self._add("calendar_seconds", {"day": day}, self._times("calendar", 60), lambda _, v=second: float(v))

    def _odd_values(self):
        times = list(self._times("special", 30))

        def special(kind, values):
            self._add("special_value", {"kind": kind}, times, values if callable(values) else lambda _: values)
        special("NaN", math.nan)
        special("infinite", math.inf)
        special("minus infinite", -math.inf)
        special("zero", 0.0)
        special("minus zero", -0.0)
        special("huge", 1.7e300)
        special("minus large", -3.25e17)
        special("tiny", 2.5e-300)
        special("denormal", 5e-324)
        special("one", 1.0)
        special("constant", 0.1)
        special("sometimes NaN", lambda s: math.nan if int(s) // 90 % 3 == 0 else 3.0 + s / 1000)
        special("sometimes infinite", lambda s: math.inf if int(s) // 120 % 4 == 0 else 2.0 + s / 900)
        special("both infinities", lambda s: [math.inf, -math.inf, 1.0][int(s) // 60 % 3])
        for kind, value in (("a", 1e308), ("b", 1.1e308), ("c", 1.2e308)):
            self._add("near_overflow", {"kind": kind}, times, lambda _, v=value: v)
        for kind, value in (("large", 1e16), ("one", 1.0), ("minus large", -1e16)):
            self._add("cancelling", {"kind": kind}, times, lambda _, v=value: v)
        for queue in ("thư", "hóa đơn", "báo cáo", "nhật ký"):
            self._add("queue_depth", {"queue": queue}, times, lambda _, g=self._random("queue", queue): float(g.randint(0, 9)))
        self._add("unit_interval", {"at": "random"}, times, lambda _, g=self._random("unit"): g.uniform(-1, 1))
        self._add("unit_interval", {"at": "edge"}, times, lambda s: [-1.0, 0.0, 1.0, 0.5][int(s) // 30 % 4])

    def _odd_times(self):
        def gauge(name, labels, key, interval=30, **limits):
            self._add(name, labels, self._times(key, interval, **limits), self._walk(key, 50.0, 3, 10, 90))
        gauge("gappy_gauge", {"gap": "long"}, "gap long", without=[GAP])
        gauge("gappy_gauge", {"gap": "short"}, "gap short", without=[SHORT_GAP])
        gauge("gappy_gauge", {"gap": "both"}, "gap both", interval=60, without=[GAP, SHORT_GAP])
        gauge("gappy_gauge", {"gap": "none"}, "gap none")
        gauge("late_gauge", {"start": "late"}, "late", start=5000)
        gauge("late_gauge", {"start": "later"}, "later", start=8000)
        self._add("late_requests_total", {"start": "late"}, self._times("late", 30, start=5000), self._counter("late", 3, 9, start=1e6))
        self._add("single_sample", {"n": "1"}, list(self._times("single 1", 60, start=5280))[:1], lambda _: 42.5)
        self._add("single_sample", {"n": "2"}, list(self._times("single 2", 60, start=5160))[:1], lambda _: -7.0)
        gauge("ending_gauge", {"end": "without marker"}, "ends", end=5200)
        gauge("ending_gauge", {"end": "marked"}, "ends marked", end=5200)
        self._mark_end(5230)
        gauge("ending_gauge", {"end": "marked, back later"}, "back", without=[(5200, 5500)])
        self._mark_end(5230)
        times = self._times("ends marked", 30, end=5300)
        self._add("ending_requests_total", {"end": "marked"}, times, self._counter("ending", 5, 20, start=3e5))
        self._mark_end(5320)
        # Present in every other five minutes, with a marker at each end.
        gauge("flapping_gauge", {"instance": "f1"}, "flapping", without=[(a, a + 300) for a in range(300, LENGTH, 600)])
        for second in range(320, LENGTH, 600):
            self._mark_end(second)

    def _mark_end(self, second):
        """Puts a stale marker into the series added last."""
        self.series[-1].samples.append((self.base * 1000 + second * 1000 + 7, STALE))
        self.series[-1].samples.sort(key=lambda sample: sample[0])

    def _odd_labels(self):
        times = list(self._times("labels", 60))
        for n, labels in enumerate((
                {"text": "plain"}, {"text": "Đường dây số 1"}, {"text": "two\nlines"}, {"text": 'quote " here'}, {"text": "back\\slash"},
                {"text": "日本語"}, {"text": "a.b*c+d"}, {"text": "emoji 🚨"}, {"other": "text is absent"},
                {"text": "tab\there", "other": "both"})):
            self._add("labelled_value", labels, times, lambda _, n=n: n + 0.5)
        for n, host in enumerate(("server-01.rack-3.cantho", "server-02.rack-3.cantho", "server-03.rack-4.hanoi", "switch-01")):
            labels = {"host": host, "unit": f"U{n + 1}", "a": str(n), "b": "x"}
            self._add("inventory_height_units", labels, times, lambda _, n=n: n + 1.0)
        # One label set under two names: functions that drop the name make duplicates.
        for name in ("duplicate_one", "duplicate_two"):
            for instance in ("d1", "d2"):
                self._add(name, {"instance": instance}, times, self._walk((name, instance), 5.0, 1, 1, 9))
        for colour in ("red", "green"):
            for size in ("s", "m", "l"):
                labels, generator = {"colour": colour, "size": size}, self._random("stock", colour, size)
                self._add("stock_items", labels, times, lambda _, g=generator: g.randint(1, 400) + g.random())
                price = {"s": 1.5, "m": 2.25, "l": 4.75}[size] + len(colour)
                self._add("price_units", {**labels, "currency": "VND"}, times, lambda _, p=price: p)
        for size in ("s", "m", "xl"):
            self._add("discount_ratio", {"size": size}, times, lambda _, z=size: 0.05 * (1 + len(z)))

    def _aligned(self):
        """Samples exactly on edges of ranges. Where an expression selects them, its spelling for Prometheus 2 says `==>`."""
        def at(second):
            return self.base * 1000 + second * 1000
        self.series.append(Series({"__name__": "aligned_gauge", "every": "15s"}, [(at(s), s / 15.0) for s in range(0, LENGTH, 15)]))
        self.series.append(Series({"__name__": "aligned_once", "at": "5100"}, [(at(5100), 5.0)]))
