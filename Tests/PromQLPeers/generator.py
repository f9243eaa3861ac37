"""Random PromQL over the data set: well-typed, mostly with samples, and with a result that does not hang on the last digit.

Two right servers may differ in the last digits of a sum, so a step function (floor, ==, %) is applied only to values that are `exact`, a
logarithm or a division only to values away from zero, and numbers of one source are subtracted only where both are exact.

Ranges and steps are multiples of 15 seconds, and query times are 7 seconds past one (see `compare`). Within a subquery, evaluated at
multiples of 15 seconds, the range of another subquery is 7 seconds more than a multiple: no step lies on an edge.
"""

import dataclasses
import random


@dataclasses.dataclass(frozen=True)
class Metric:
    """A name of the data set. Labels are written as name:domain, where a domain is a set of values that metrics share."""

    name: str
    labels: frozenset
    matchers: tuple  # each selects some of the series
    counter: bool = False
    positive: bool = True  # all values are above zero, by more than rounding
    distinct: bool = True  # no two series have the same value
    finite: bool = True
    middle: float = 1  # a number between the values


def metric(name, labels, *matchers, **properties):
    return Metric(name, frozenset(labels.split()), matchers, **properties)


HOST = "instance:node job:node site:any rack:node"
PORT = "device:sw interface:sw job:snmp site:any"
HOST_MATCHERS = ('instance=~"n0[1-6]"', 'rack!="R2"', 'site="Cần Thơ"', 'instance!="n05"', 'rack=~"R1|R3"', 'absent=""')
PORT_MATCHERS = ('device="sw2"', 'interface=~"Gi0/[12]"', 'device!~"sw[45]"', 'site!="Hà Nội"')
WEB_MATCHERS = ('instance="web2"', 'code=~"4..|5.."', 'method="GET"', 'path=""', 'code!="200"')

METRICS = [
    metric("node_load1", HOST, *HOST_MATCHERS, middle=3),
    metric("node_memory_used_bytes", HOST, *HOST_MATCHERS, middle=6e10),
    metric("node_memory_size_bytes", HOST, *HOST_MATCHERS, distinct=False, middle=1e11),
    metric("node_state", HOST, *HOST_MATCHERS, positive=False, distinct=False, middle=0),
    metric("node_clock_offset_seconds", HOST, *HOST_MATCHERS, positive=False, middle=0),
    metric("node_boot_time_seconds", HOST, *HOST_MATCHERS, middle=1e9),
    metric("node_cpu_seconds_total", HOST + " cpu:node mode:node", *HOST_MATCHERS[:4], 'mode="idle"', 'mode!="idle", cpu="0"',
           counter=True, middle=1e5),
    metric("interface_in_bytes_total", PORT, *PORT_MATCHERS, counter=True, middle=3e9),
    metric("interface_out_bytes_total", PORT, *PORT_MATCHERS, counter=True, middle=3e9),
    metric("interface_errors_total", PORT, *PORT_MATCHERS, distinct=False, middle=3000),
    metric("interface_status", PORT, *PORT_MATCHERS, distinct=False, middle=1),
    metric("interface_speed_bits", "device:sw interface:sw", *PORT_MATCHERS[:3], distinct=False, middle=2e9),
    metric("http_requests_total", "instance:web job:web method:web code:web path:web", *WEB_MATCHERS,
           counter=True, distinct=False, middle=14000),
    metric("http_requests_in_flight", "instance:web job:web", 'instance=~"web[12]"', positive=False, distinct=False, middle=5),
    metric("http_request_duration_seconds_count", "instance:web handler:web", 'handler="/"', counter=True, middle=24000),
    metric("http_request_duration_seconds_sum", "instance:web handler:web", 'handler="/"', counter=True, middle=9000),
    metric("ambient_temperature_celsius", "site:any room:room sensor:room", 'room="Kho lạnh"', 'sensor="trên"', 'room=~"Phòng.*"',
           positive=False, middle=20),
    metric("temperature_threshold_celsius", "site:any room:room", 'room!="Kho lạnh"', positive=False, distinct=False, middle=22),
    metric("humidity_ratio", "site:any room:room", 'room!="Kho lạnh"', middle=0.5),
    metric("ups_load_watts", "ups:ups site:any", 'ups!="ups1"', middle=2500),
    metric("ups_battery_charge_ratio", "ups:ups site:any", 'ups=~"ups[12]"', distinct=False, middle=0.7),
    metric("queue_depth", "queue:queue", 'queue=~"[^t].*"', positive=False, distinct=False, middle=4),
    metric("stock_items", "colour:stock size:stock", 'size!="l"', 'colour="red"', middle=200),
    metric("price_units", "colour:stock size:stock currency:stock", 'size!="l"', distinct=False, middle=6),
    metric("gappy_gauge", "gap:gap", 'gap!="none"', middle=50),
    metric("special_value", "kind:special", 'kind!~".*NaN.*"', 'kind=~".*infinit.*|one"',
           positive=False, distinct=False, finite=False, middle=1),
    metric("calendar_seconds", "day:day", 'day!="epoch"', positive=False, distinct=False, middle=1e9),
]
INFORMATION = {  # metrics that are always 1: the labels that they are unique in, and what else they know
    "node_info": (frozenset({"instance:node"}), ("vendor", "model", "serial", "kernel")),
    "interface_info": (frozenset({"device:sw", "interface:sw"}), ("alias", "vlan")),
}
FEW_VALUES = {"node_state", "interface_status", "queue_depth", "http_requests_in_flight"}
DATES = {"calendar_seconds", "node_boot_time_seconds"}
DATE_FUNCTIONS = ("hour", "minute", "month", "year", "day_of_week", "day_of_month", "day_of_year", "days_in_month")
QUANTILES = ("0.113", "0.497", "0.913", "0.989")  # of rates of buckets: no rank is the count of a bucket


@dataclasses.dataclass(frozen=True)
class Vector:
    """An instant vector: its text, which is safe as an operand and an argument, and what is known about it."""

    text: str
    labels: frozenset
    sources: frozenset
    exact: bool = True  # every right server computes these very bits
    positive: bool = False
    distinct: bool = False
    finite: bool = True
    middle: float = 1

    def derived(self, text, **properties):
        return dataclasses.replace(self, text=text, **properties)

    def inexact(self, text, **properties):
        return dataclasses.replace(self, text=text, **{"exact": False, "positive": False, **properties})


def names(labels):
    return sorted(label.partition(":")[0] for label in labels)


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def _choose(self, *options):
        return self.random.choice(options)

    def _likely(self, share):
        return self.random.random() < share

    # Leaves

    def _modifiers(self, inner):
        """offset and @, rarely; `inner` of a subquery that has to be shifted, where @ would bring back the edges."""
        text = ""
        if self._likely(0.12):
            text += f" offset {self._choose('1m', '5m', '45s', '10m', '-2m', '-30s', '1h')}"
        if not inner and self._likely(0.08):
            at = f" @ {self._choose('start()', 'end()', '{{5407}}', '{{4507}}', '{{9007}}')}"
            text = text + at if self._likely(0.5) else at + text
        return text

    def _selector(self, chosen):
        if not self._likely(0.4):
            return chosen.name
        matchers = ", ".join(self.random.sample(chosen.matchers, 2 if len(chosen.matchers) > 1 and self._likely(0.15) else 1))
        return f"{chosen.name}{{{matchers}}}" if self._likely(0.9) else f'{{__name__="{chosen.name}", {matchers}}}'

    @staticmethod
    def _samples(chosen, text):
        """A text that selects samples of a metric, with what is known about their values."""
        return Vector(
            text, chosen.labels, frozenset({chosen.name}), exact=True, positive=chosen.positive, distinct=chosen.distinct,
            finite=chosen.finite, middle=chosen.middle)

    def _leaf(self, chosen):
        return self._samples(chosen, self._selector(chosen) + self._modifiers(False))

    def _metric(self, want=None, among=METRICS):
        """A metric that has at least the wanted labels."""
        fitting = [m for m in among if want is None or want <= m.labels]
        return self.random.choice(fitting) if fitting else None

    # Vectors

    def vector(self, depth, nested=False, want=None):
        """Any vector, or one that has exactly the wanted labels."""
        if want is not None:
            return self._with_labels(depth, nested, want)
        if depth <= 0:
            return self._leaf(self._metric())
        productions = (
            (3, self._leaf_or_counter), (5, self._of_range), (4, self._mathematics), (5, self._aggregation), (4, self._with_scalar),
            (5, self._with_vector), (2, self._joined), (2, self._compared), (2, self._set), (1.5, self._relabelled), (1, self._quantile),
            (0.5, self._dates), (0.4, self._rare), (1, self._chosen), (1, self._chain))
        production = self.random.choices([p for _, p in productions], [w for w, _ in productions])[0]
        return production(depth, nested)

    def _with_labels(self, depth, nested, want):
        equal = [m for m in METRICS if m.labels == want]
        if equal and (depth <= 0 or self._likely(0.5)):
            chosen = self._leaf(self.random.choice(equal))
            return self._range_function(depth, nested, self.random.choice(equal)) if depth > 0 and self._likely(0.5) else chosen
        chosen = self._metric(want)
        if chosen is None:
            return None
        inner = self._range_function(depth - 1, nested, chosen) if depth > 1 and self._likely(0.5) else self._leaf(chosen)
        return self._aggregated(inner, want)

    def _leaf_or_counter(self, depth, nested):
        chosen = self._metric()
        return self._range_function(depth, nested, chosen) if chosen.counter else self._leaf(chosen)

    def _of_range(self, depth, nested):
        if depth > 1 and self._likely(0.4):
            return self._subquery_function(depth, nested)
        return self._range_function(depth, nested, self._metric())

    def _range_function(self, depth, nested, chosen):
        """A function of a range of samples."""
        duration = self._choose("2m", "3m", "5m", "5m", "10m", "15m", "30m", "1h")
        selector = f"{self._selector(chosen)}[{duration}]{self._modifiers(False)}"
        base = self._samples(chosen, selector)
        if chosen.counter and self._likely(0.8):
            function = self._choose("rate", "rate", "rate", "increase", "irate")
            return base.inexact(f"{function}({selector})", positive=duration not in ("2m", "3m"), distinct=True)
        return self._function_of_range(base)

    def _subquery_function(self, depth, nested):
        inner = self.vector(depth - 2, nested=True)
        step = self._choose("30s", "45s", "1m", "1m", "2m", "")
        duration = self._choose("4m52s", "9m52s") if nested else self._choose("5m", "10m", "10m", "15m", "30m")
        selector = f"{inner.text}[{duration}:{step}]{self._modifiers(nested)}"
        return self._function_of_range(inner.derived(selector))

    def _function_of_range(self, base):
        number = self._choose("0.5", "0.9", "0.25", "0.75", "0", "1")
        options = [
            ("max_over_time({})", dict(exact=base.exact, positive=base.positive, distinct=base.distinct)),
            ("min_over_time({})", dict(exact=base.exact, positive=base.positive)),
            ("last_over_time({})", dict(exact=base.exact, positive=base.positive, distinct=base.distinct)),
            ("avg_over_time({})", dict(positive=base.positive, distinct=base.distinct)),
            ("sum_over_time({})", dict(positive=base.positive)),
            ("count_over_time({})", dict(exact=True, positive=True, distinct=False, finite=True)),
            ("present_over_time({})", dict(exact=True, positive=True, distinct=False, finite=True)),
            (f"quantile_over_time({number}, {{}})", dict(positive=base.positive)),
            ("deriv({})", dict(distinct=False)),
            (f"double_exponential_smoothing({{}}, {self._choose('0.3', '0.6')}, {self._choose('0.1', '0.5')})", dict(distinct=False)),
            ("delta({})", dict(distinct=False)),
            ("idelta({})", dict(distinct=False)),
        ]
        # predict_linear at a fixed time is one of the known differences; the variation of infinite values is noise.
        if "@" not in base.text:
            options.append((f"predict_linear({{}}, {self._choose('60', '600', '-120', '3600')})", dict(distinct=False)))
        if base.finite:
            options += [(f"{name}({{}})", dict(distinct=False)) for name in ("stddev_over_time", "stdvar_over_time")]
        if base.exact:
            options += [(f"{name}({{}})", dict(exact=True, distinct=False, finite=True)) for name in ("changes", "resets")]
        form, properties = self.random.choice(options)
        return base.inexact(form.format(base.text), **properties)

    def _mathematics(self, depth, nested):
        inner = self.vector(depth - 1, nested)
        options = [
            ("abs({})", dict(exact=inner.exact, positive=inner.positive)), ("deg({})", {}), ("rad({})", {}), ("atan({})", {}),
            ("tanh({})", {}), ("asinh({})", {}), ("-{}", dict(exact=inner.exact)),
            ("clamp({}, 1, 50)", dict(exact=inner.exact, positive=True, finite=False)),
            ("clamp_min({}, 2)", dict(exact=inner.exact, positive=True)), ("clamp_max({}, 1000)", dict(exact=inner.exact))]
        if inner.exact:
            options += [(f"{name}({{}})", dict(exact=True)) for name in ("ceil", "floor", "round", "sgn")]
            options += [("round({}, 0.1)", {}), ("round({}, 5)", dict(exact=True))]
            options += [(f"{name}({{}})", dict(finite=False)) for name in ("sin", "cos", "tan", "asin", "acos", "acosh", "atanh")]
        if inner.exact or inner.positive:
            options += [(f"{name}({{}})", dict(finite=False)) for name in ("ln", "log2", "log10", "sqrt", "exp", "sinh", "cosh")]
        form, properties = self.random.choice(options)
        return inner.inexact(form.format(inner.text), distinct=False, **properties) if form != "-{}" else inner.derived(
            f"(-{inner.text})", positive=False)

    def _aggregation(self, depth, nested):
        inner = self.vector(depth - 1, nested)
        kept = frozenset(label for label in inner.labels if self._likely(0.45))
        return self._aggregated(inner, kept)

    def _aggregated(self, inner, kept):
        options = [
            ("sum", dict(positive=inner.positive, distinct=inner.distinct)),
            ("avg", dict(positive=inner.positive, distinct=inner.distinct)),
            ("max", dict(exact=inner.exact, positive=inner.positive)),
            ("min", dict(exact=inner.exact, positive=inner.positive)),
            ("count", dict(exact=True, positive=True, finite=True)),
            ("group", dict(exact=True, positive=True, finite=True)),
            ("quantile", dict(positive=inner.positive))]
        if inner.finite:
            options += [("stddev", {}), ("stdvar", {})]
        operation, properties = self.random.choices(options, [6, 4, 4, 3, 2, 1, 2, 1, 1][:len(options)])[0]
        parameter = f"{self._choose('0.5', '0.9', '0', '1', '0.33', '-0.5', '1.5')}, " if operation == "quantile" else ""
        if parameter[:2] in ("-0", "1."):
            properties = dict(finite=False)
        if self._likely(0.3) and inner.labels - kept:
            grouping = f"without ({', '.join(names(inner.labels - kept))})"
        else:
            grouping = f"by ({', '.join(names(kept))})" if kept or self._likely(0.2) else ""
        body = f"({parameter}{inner.text})"
        if not grouping:
            text = operation + body
        elif self._likely(0.7):
            text = f"{operation} {grouping} {body}"
        else:
            # Without parentheses a range could not follow.
            text = f"({operation}{body} {grouping})"
        return inner.inexact(text, labels=kept, **{"distinct": False, **properties})

    # Operators

    def scalar(self, depth, nested):
        """A scalar and whether it is exact."""
        if depth > 1 and self._likely(0.25):
            inner = self.vector(depth - 2, nested, want=frozenset())
            return f"scalar({inner.text})", inner.exact
        return self.random.choices(
            [self._choose("2", "3", "0.5", "10", "100", "1e3", "1.5", "0x10"), "time()", "pi()", "(1 + 2 ^ 3)"], [8, 1, 1, 1])[0], True

    def _with_scalar(self, depth, nested):
        inner = self.vector(depth - 1, nested)
        scalar, exact = self.scalar(depth, nested)
        exact = exact and inner.exact
        operators = ["*", "*", "+", "/"]
        if exact:
            operators += ["-", "%", "/ swapped", "- swapped", "atan2"]
        if inner.positive and not scalar.startswith(("scalar", "time")):
            operators += ["^", "/ swapped"]
        operator = self.random.choice(operators)
        numeric = not scalar.startswith("scalar")
        swapped = operator.endswith(" swapped")
        operator = operator.removesuffix(" swapped")
        text = f"({scalar} {operator} {inner.text})" if swapped else f"({inner.text} {operator} {scalar})"
        if operator == "atan2":
            # Prometheus 2.42 keeps the name of the metric, 3.5 drops it.
            text = f"({text} * 1)"
        # A scalar from a vector may be zero or not a number.
        return inner.inexact(
            text, exact=exact and operator in "+-*/%", positive=inner.positive and numeric and operator in "*+/^",
            finite=inner.finite and operator in "*+-" and numeric)

    def _with_vector(self, depth, nested):
        left = self.vector(depth - 1, nested)
        right = self._partner(left, depth, nested)
        if right is None:
            return left
        exact = left.exact and right.exact
        apart = not (left.sources & right.sources)
        operators = ["*", "*"]
        if exact or right.positive:
            operators.append("/")
        if exact or (left.positive and right.positive):
            operators.append("+")
        if exact or (apart and (left.distinct or right.distinct)):
            operators += ["-", "-"]
        if exact:
            operators += ["%", "atan2"]
        if left.positive and right.finite and exact:
            operators.append("^")
        operator = self.random.choice(operators)
        matching = ""
        if self._likely(0.25):
            matching = f" on({', '.join(names(left.labels))})" if self._likely(0.5) else " ignoring(absent)"
        text = f"({left.text} {operator}{matching} {right.text})"
        if operator == "atan2":
            text = f"({text} * 1)"
        return left.inexact(
            text, sources=left.sources | right.sources, exact=exact and operator in "+-*/%",
            positive=left.positive and right.positive and operator in "+*/",
            distinct=left.distinct and right.positive and operator in "*/", finite=left.finite and right.finite and operator in "+-*")

    def _partner(self, left, depth, nested):
        """A vector with the labels of another."""
        return self.vector(depth - 1, nested, want=left.labels)

    def _joined(self, depth, nested):
        """Many to one: with an information metric, or with an aggregation of fewer labels."""
        left = self.vector(depth - 1, nested)
        fitting = [(name, *about) for name, about in INFORMATION.items() if about[0] <= left.labels]
        if fitting and self._likely(0.6):
            name, key, known = self.random.choice(fitting)
            more = self.random.sample(known, self.random.randint(0, 2))
            text = f"({left.text} * on({', '.join(names(key))}) group_left({', '.join(more)}) {name})"
            if self._likely(0.3):
                text = f"({name} * on({', '.join(names(key))}) group_right({', '.join(more)}) {left.text})"
            return left.derived(text, labels=left.labels | {f"{label}:{name}" for label in more})
        kept = frozenset(label for label in left.labels if self._likely(0.5))
        right = self.vector(depth - 1, nested, want=kept) if kept != left.labels else None
        if right is None:
            return left
        matching = f"on({', '.join(names(kept))})" if self._likely(0.6) else f"ignoring({', '.join(names(left.labels - kept))})"
        exact = left.exact and right.exact
        operator = self._choose(*("*", "/") if right.positive or exact else ("*",))
        return left.inexact(
            f"({left.text} {operator} {matching} group_left() {right.text})", sources=left.sources | right.sources, exact=exact,
            positive=left.positive and right.positive, distinct=False, finite=left.finite and right.finite and operator == "*")

    def _compared(self, depth, nested):
        left = self.vector(depth - 1, nested)
        if not left.exact:
            left = self._leaf(self._metric())
        operator = self._choose(">", "<", ">=", "<=", "!=", "==", ">", "<")
        bool_ = " bool" if self._likely(0.5) or operator == "==" else ""
        if self._likely(0.3):
            right = self.vector(0, nested, want=left.labels)
            if right and right.exact:
                text = f"({left.text} {operator}{bool_} {right.text})"
                return left.derived(text, **self._of_comparison(left, bool_))
        number = f"{left.middle:g}"
        text = f"({left.text} {operator}{bool_} {number})" if self._likely(0.85) else f"({number} {operator}{bool_} {left.text})"
        return left.derived(text, **self._of_comparison(left, bool_))

    @staticmethod
    def _of_comparison(left, bool_):
        return dict(positive=False, distinct=False, finite=True, middle=0) if bool_ else {}

    def _set(self, depth, nested):
        left = self.vector(depth - 1, nested)
        right = self._partner(left, depth, nested)
        if right is None:
            return left
        operator = self._choose("and", "or", "or", "unless")
        if operator != "or":
            right = right.derived(f"({right.text} > {right.middle:g})") if right.exact else right
        matching = f" on({', '.join(names(left.labels))})" if self._likely(0.3) and left.labels else ""
        return left.derived(
            f"({left.text} {operator}{matching} {right.text})", sources=left.sources | right.sources, exact=left.exact and right.exact,
            positive=left.positive and right.positive, distinct=False, finite=left.finite and right.finite)

    def _chain(self, depth, nested):
        """Operators without parentheses, so that precedence decides."""
        left = self.vector(depth - 1, nested)
        parts = [left.text]
        for _ in range(self.random.randint(2, 3)):
            right = self._partner(left, depth - 1, nested)
            if right is None or self._likely(0.5):
                parts += [self._choose("*", "+", "/", "^"), self._choose("2", "0.5", "3")]
            elif right.positive and left.positive:
                parts += [self._choose("*", "+", "/"), right.text]
        return left.inexact(f"({' '.join(parts)})", distinct=False, finite=False)

    # Others

    def _relabelled(self, depth, nested):
        inner = self.vector(depth - 1, nested)
        if not inner.labels:
            return inner
        source = self.random.choice(names(inner.labels))
        if self._likely(0.6):
            pattern, replacement = self._choose(
                ("(.*)", "$1"), ("(.).*", "$1-x"), (".*?([0-9]+)", "no $1"), ("(.+)(.)", "$2$1"), ("none", "$1"), ("", "empty"))
            text = f'label_replace({inner.text}, "copy", "{replacement}", "{source}", "{pattern}")'
        else:
            joined = ", ".join(f'"{name}"' for name in names(inner.labels)[:3])
            text = f'label_join({inner.text}, "copy", "{self._choose("-", "", "/")}", {joined})'
        return inner.derived(text, labels=inner.labels | {"copy:none"})

    def _quantile(self, depth, nested):
        number = self.random.choice(QUANTILES)
        buckets = f"rate(http_request_duration_seconds_bucket[{self._choose('5m', '10m')}]{self._modifiers(False)})"
        labels = frozenset({"instance:web", "handler:web"})
        if self._likely(0.7):
            labels = frozenset(label for label in labels if self._likely(0.5))
            buckets = f"sum by ({', '.join(['le', *names(labels)])}) ({buckets})"
        return Vector(
            f"histogram_quantile({number}, {buckets})", labels, frozenset({"http_request_duration_seconds_bucket"}),
            exact=False, positive=True, distinct=True, finite=False)

    def _dates(self, depth, nested):
        chosen = self._metric(among=[m for m in METRICS if m.name in DATES])
        leaf = self._leaf(chosen)
        function = self.random.choice(DATE_FUNCTIONS)
        if self._likely(0.2):
            return Vector(f"{function}()", frozenset(), frozenset({"time"}))
        if self._likely(0.3):
            # Polled together, two series have the same time.
            chosen = self._leaf(self._metric())
            return chosen.derived(f"timestamp({chosen.text})", positive=True, distinct=False, finite=True, middle=1e9)
        return leaf.derived(f"{function}({leaf.text})", positive=False, distinct=False)

    def _rare(self, depth, nested):
        text = self._choose(
            f"vector({self.scalar(depth, nested)[0]})", 'absent(node_load1{instance="none"})', "absent_over_time(nothing[5m])",
            "vector(time())", "absent(gappy_gauge) or vector(3)")
        return Vector(f"({text})", frozenset(), frozenset({"none"}), exact=False, finite=False)

    def _chosen(self, depth, nested):
        """topk and bottomk, count_values."""
        if self._likely(0.3):
            leaf = self._leaf(self._metric(among=[m for m in METRICS if m.name in FEW_VALUES]))
            kept = frozenset(label for label in leaf.labels if self._likely(0.3))
            grouping = f" by ({', '.join(names(kept))})" if kept else ""
            return leaf.derived(
                f'count_values{grouping} ("value", {leaf.text})', labels=kept | {"value:none"}, positive=True, distinct=False)
        inner = self.vector(depth - 1, nested)
        if not inner.distinct or not inner.finite:
            inner = self._leaf(self._metric(among=[m for m in METRICS if m.distinct and m.finite]))
        kept = [name for name in names(inner.labels) if self._likely(0.2)]
        grouping = f" by ({', '.join(kept)})" if kept else ""
        return inner.derived(f"{self._choose('topk', 'bottomk')}{grouping} ({self._choose('1', '2', '3', '5')}, {inner.text})")

    def expression(self):
        """A whole expression."""
        depth = self.random.choice((1, 2, 2, 3, 3, 4))
        if self._likely(0.03):
            return self.scalar(depth, False)[0]
        vector = self.vector(depth)
        if self._likely(0.04):
            return f"{self._choose('sort', 'sort_desc')}({vector.text})"
        text = vector.text
        # Parentheses around the whole are left out, as people do.
        return text[1:-1] if text.startswith("(") and text.endswith(")") and closes_at_end(text) else text


def closes_at_end(text):
    """Whether the first parenthesis is closed by the last character. Texts in quotes of the generator hold balanced parentheses."""
    depth = 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return position == len(text) - 1
    return False


def expressions(count, seed):
    """`count` different expressions; the same ones for the same seed, and a larger count begins with those of a smaller one."""
    generator, seen = Generator(seed), set()
    while len(seen) < count:
        text = generator.expression()
        if text not in seen:
            seen.add(text)
            yield text
