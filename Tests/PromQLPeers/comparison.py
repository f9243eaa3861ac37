"""Whether two answers of the HTTP API say the same."""

import json
import math
import re

# Both servers follow the same formulas, but sum in another order or with another compensation: a few units in the last place (1e-16), which
# differences of similar numbers and slopes magnify. A wrong formula is off by far more.
RELATIVE = 1e-9
# What is left of numbers around one that cancel (1e-17 to 1e-13) has no correct digit, so below this two values count as equal ...
ABSOLUTE = 1e-12
# ... except a number so small that it cannot be left of a cancellation: then it is meant and compared by RELATIVE alone.
MEANT = 1e-30

NUMBER_NAMES = {"NaN": math.nan, "+Inf": math.inf, "-Inf": -math.inf}


def number(text):
    return NUMBER_NAMES[text] if text in NUMBER_NAMES else float(text)


def same_value(expected, found, relative=RELATIVE):
    """Compares two values as the API writes them, in strings."""
    if expected == found:
        return True
    a, b = number(expected), number(found)
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b):
        return a == b
    difference, size = abs(a - b), max(abs(a), abs(b))
    if difference <= relative * size:
        return True
    smallest = min(x for x in (abs(a), abs(b), math.inf) if x > 0)
    return difference <= ABSOLUTE and smallest >= MEANT


def outermost_order(expression):
    """Whether the order of an instant query's result is defined: by an outermost sort or sort_desc, or topk or bottomk without grouping."""
    text = re.sub(r"#[^\n]*", "", expression).strip()
    call = re.match(r"(sort|sort_desc|topk|bottomk)\s*\(", text)
    if not call:
        return False
    depth, quote = 1, None
    position = call.end()
    while depth and position < len(text):
        character = text[position]
        if quote:
            if character == "\\" and quote != "`":
                position += 1
            elif character == quote:
                quote = None
        elif character in "\"'`":
            quote = character
        else:
            depth += {"(": 1, ")": -1}.get(character, 0)
        position += 1
    return position == len(text)


def labels_of(series):
    return tuple(sorted(series["metric"].items()))


def points_of(series):
    return series["values"] if "values" in series else [series["value"]]


def different(expected, found, ordered=False, relative=RELATIVE):
    """Compares two pairs of an HTTP status and a parsed answer. None when they say the same, else the kind of difference and words.

    Kinds: error, type, series, order, timestamps, value. Messages, warnings and annotations are not compared.
    """
    (status, expected), (found_status, found) = expected, found
    if expected["status"] == "error" or found.get("status") == "error":
        a, b = [(s, x.get("status"), x.get("errorType")) for s, x in ((status, expected), (found_status, found))]
        return None if a == b else ("error", f"expected {brief_status(*a)}, found {brief_status(*b)}")
    if status != found_status:
        return "error", f"expected status {status}, found {found_status}"
    expected, found = expected["data"], found["data"]
    if not isinstance(expected, dict) or "resultType" not in expected:
        sets = [{json.dumps(item, sort_keys=True) for item in items} for items in (expected, found)]
        missing, extra = sorted(sets[0] - sets[1]), sorted(sets[1] - sets[0])
        return ("series", f"missing {missing}, not expected {extra}"[:300]) if missing or extra else None
    if expected["resultType"] != found["resultType"]:
        return "type", f"expected a {expected['resultType']}, found a {found['resultType']}"
    if expected["resultType"] == "string":
        return None if expected["result"] == found["result"] else ("value", "another string")
    if expected["resultType"] == "scalar":
        return different_points([expected["result"]], [found["result"]], relative)
    by_labels = {labels_of(series): series for series in found["result"]}
    if len(by_labels) < len(found["result"]):
        return "series", "found one label set twice"
    missing = [series["metric"] for series in expected["result"] if labels_of(series) not in by_labels]
    if missing:
        return "series", f"missing {len(missing)}, as {missing[0]}"
    if len(by_labels) > len(expected["result"]):
        known = {labels_of(series) for series in expected["result"]}
        extra = [series["metric"] for labels, series in by_labels.items() if labels not in known]
        return "series", f"{len(extra)} not expected, as {extra[0]}"
    for series in expected["result"]:
        difference = different_points(points_of(series), points_of(by_labels[labels_of(series)]), relative)
        if difference:
            return difference[0], f"{series['metric']}: {difference[1]}"
    if ordered:
        # Among equal values no order is defined, so the values alone are compared.
        for a, b in zip(expected["result"], found["result"]):
            if not same_value(a["value"][1], b["value"][1], relative):
                return "order", f"expected {a['value'][1]}, found {b['value'][1]} in its place"
    return None


def different_points(expected, found, relative):
    if [time for time, _ in expected] != [time for time, _ in found]:
        return "timestamps", f"expected {len(expected)} samples from {expected[0][0]} to {expected[-1][0]}, " + (
            f"found {len(found)} from {found[0][0]} to {found[-1][0]}" if found else "found none")
    for (time, a), (_, b) in zip(expected, found):
        if not same_value(a, b, relative):
            return "value", f"at {time} expected {a}, found {b}"
    return None


def brief_status(status, word, error_type):
    return f"{status} {error_type}" if word == "error" else f"{status} {word}"


def has_samples(answer):
    """Whether a parsed answer is a result with at least one sample."""
    if answer["status"] != "success":
        return False
    data = answer["data"]
    return not isinstance(data, dict) or data["resultType"] in ("scalar", "string") or bool(data["result"])


def brief(answer, most=300):
    """An answer in few characters."""
    if answer.get("status") == "error":
        return f"{answer.get('errorType')}: {answer.get('error')}"[:most]
    data = answer["data"]
    text = str(data) if not isinstance(data, dict) else f"{data['resultType']} of {len(data['result'])}: {data['result']}"
    return text if len(text) <= most else text[:most] + " …"
