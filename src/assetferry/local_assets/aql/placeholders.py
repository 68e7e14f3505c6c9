"""``objectMappingIQL``: a query with ``${locator}`` where an entry's values go.

``${locator}`` is the locator's first value in double quotes, ``${locator${0}}`` all of them,
quoted and with commas between (assets-api.md 12.6). Inside quotes that the author wrote the
text goes in without quotes of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .error import AqlError
from .parser import parse
from .syntax import Comparison, Name
from .tokens import quote

__all__ = ["Lookup", "Slot", "Template", "placeholders"]

_PIECE = re.compile(r'\$\{(?P<locator>[^${}]+)(?P<every>\$\{0\})?\}|\\.|"|\$\{', re.DOTALL)
_PROBE = "\x02probe\x03"


@dataclass(frozen=True, slots=True)
class Slot:
    """A placeholder."""

    locator: str
    every: bool
    """``${locator${0}}``: all values."""
    in_quotes: bool
    length: int
    """Characters of the placeholder as written."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A template that is no more than: an attribute has (one of) this locator's value(s)."""

    name: Name
    operator: Literal["=", "LIKE"]
    locator: str
    every: bool


@dataclass(frozen=True)
class Template:
    """A query with placeholders, read once and bound many times."""

    parts: tuple[str | Slot, ...]

    @property
    def locators(self) -> frozenset[str]:
        """The locators it needs."""
        return frozenset(part.locator for part in self.parts if isinstance(part, Slot))

    def bind(self, values: Mapping[str, Sequence[str]]) -> str | None:
        """Put an entry's values in; None if a placeholder has none that is not empty."""
        bound: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                bound.append(part)
                continue
            present = [value for value in values.get(part.locator, ()) if value.strip()]
            if not present:
                return None
            text = ", ".join(map(quote, present if part.every else present[:1]))
            bound.append(text[1:-1] if part.in_quotes else text)
        return "".join(bound)

    def check(self) -> None:
        """Raise AqlError if no values could make it a query; places are those of the template.

        Stand-ins are as long as the placeholders they replace, so that places agree.
        """
        parse("".join(part if isinstance(part, str) else _stand_in(part) for part in self.parts))

    @cached_property
    def lookup(self) -> Lookup | None:
        """The template as a look-up that many entries can share, if it is one; ``check`` first."""
        slots = [part for part in self.parts if isinstance(part, Slot)]
        bound = self.bind({slot.locator: [_PROBE] for slot in slots})
        if len(slots) != 1 or bound is None:
            return None
        query, slot = parse(bound), slots[0]
        match query.where:
            case Comparison((name,), "=" | "IN" | "LIKE" as operator, (value,), negated=False):
                if value.text != _PROBE or query.order is not None:
                    return None
                wanted = "LIKE" if operator == "LIKE" else "="
                return Lookup(name, wanted, slot.locator, slot.every)
            case _:
                return None


def placeholders(iql: str) -> Template:
    """Read a template. Raises AqlError for a placeholder that is not closed or has no name."""
    parts: list[str | Slot] = []
    in_quotes, done = False, 0
    for piece in _PIECE.finditer(iql):
        if piece.group() == '"':
            in_quotes = not in_quotes
        elif piece["locator"] is not None:
            parts.append(iql[done : piece.start()])
            locator, every = piece["locator"].strip(), piece["every"] is not None
            parts.append(Slot(locator, every, in_quotes, len(piece.group())))
            done = piece.end()
        elif piece.group() == "${":
            raise AqlError(
                "Expected a placeholder such as ${locator} or ${locator${0}}",
                piece.start() + 1,
                iql[piece.start() :][:20],
            )
    parts.append(iql[done:])
    return Template(tuple(part for part in parts if part != ""))


def _stand_in(slot: Slot) -> str:
    text = ('"0","' if slot.every else '"') + "0" * slot.length
    return text[1 : slot.length + 1] if slot.in_quotes else f'{text[: slot.length - 1]}"'
