"""What a benchmark found, for people and for programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Result", "document", "table"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One benchmark's number, what it was to be, and what it was made of."""

    name: str
    what: str
    value: str
    """The number that is judged, with its unit."""
    aim: str
    reached: bool
    control: float | None = None
    """The reference against itself in the same blocks: as far from 1.0 as this, as far may the
    result be from the truth."""
    numbers: Mapping[str, Any] = field(default_factory=dict[str, Any])


def document(results: Iterable[Result]) -> dict[str, dict[str, Any]]:
    """Give what is written to ``results.json``, by the benchmark's name."""
    return {
        one.name: {
            **one.numbers,
            "aim": one.aim,
            "reached": one.reached,
            "reference_against_itself": one.control,
        }
        for one in results
    }


_HEADINGS = ("", "what", "value", "aim", "reached", "reference/itself")


def table(results: Sequence[Result]) -> str:
    """Give the results as text in columns."""
    rows = [_HEADINGS, *(_row(one) for one in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])


def _row(one: Result) -> tuple[str, ...]:
    control = "" if one.control is None else f"{one.control:.2f}"
    return one.name, one.what, one.value, one.aim, "yes" if one.reached else "no", control
