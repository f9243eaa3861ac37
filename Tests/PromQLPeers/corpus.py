"""Reads expressions/*.promql: one expression a line, `#` begins a comment where the line does.

- `{{5407}}` stands for the time 5407 seconds after the base of the data.
- `NEW ==> OLD` is an expression that 3.5 understands in another way, with what means the same in 2.42.
- In errors.promql both servers have to refuse, with the same error type and status.
"""

import dataclasses
import pathlib
import re

import differences

FOLDER = pathlib.Path(__file__).resolve().parent / "expressions"
ERRORS = "errors.promql"


@dataclasses.dataclass(frozen=True)
class Expression:
    """What is asked of the peer, and of Prometheus 2.42."""

    text: str
    reference: str
    source: str  # file and line
    refused: bool = False


def with_base(text, base):
    return re.sub(r"\{\{(-?[0-9.]+)\}\}", lambda match: f"{base + float(match[1]):.3f}".removesuffix(".000"), text)


def expression(text, base, source, refused=False):
    new, _, old = with_base(text, base).partition(" ==> ")
    return Expression(new, differences.spelled_for_reference(old or new), source, refused)


def read(base, only=None):
    """All expressions, or those whose file has the name `only` or whose text matches it."""
    found = []
    for path in sorted(FOLDER.glob("*.promql")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                found.append(expression(line.strip(), base, f"{path.name}:{number}", path.name == ERRORS))
    if not only:
        return found
    named = [one for one in found if one.source.rpartition(":")[0] in (only, only + ".promql")]
    return named or [one for one in found if re.search(only, one.text)]
