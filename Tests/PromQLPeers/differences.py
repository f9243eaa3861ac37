"""The known differences between Prometheus 2.42 and 3.5, and what has another spelling in 2.42."""

import csv
import dataclasses
import pathlib
import re

FILE = pathlib.Path(__file__).resolve().parent / "differences.csv"

# Functions by their names of 3.5, with those of 2.42.
RENAMED = {"double_exponential_smoothing": "holt_winters"}


def spelled_for_reference(expression):
    """An expression of 3.5 with the names of 2.42; texts in quotes stay as they are."""
    parts = re.split(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)""", expression)
    for number in range(0, len(parts), 2):
        for new, old in RENAMED.items():
            parts[number] = re.sub(rf"\b{new}(?=\s*\()", old, parts[number])
    return "".join(parts)


@dataclasses.dataclass(frozen=True)
class Difference:
    """One row: which differences it explains, and why."""

    expression: re.Pattern  # searched in the expression
    query: str  # instant, range or any
    kind: str  # a kind that comparison.different gives, or any
    reason: str
    documented: str

    def explains(self, expression, query, kind):
        return self.query in ("any", query) and self.kind in ("any", kind) and bool(self.expression.search(expression))


def read(path=FILE):
    with open(path, encoding="utf-8", newline="") as file:
        return [Difference(re.compile(row["expression"]), row["query"], row["kind"], row["reason"], row["documented"])
                for row in csv.DictReader(file)]


def explanation(known, expression, query, kind):
    """The first row that explains a difference, or nothing."""
    return next((row for row in known if row.explains(expression, query, kind)), None)
