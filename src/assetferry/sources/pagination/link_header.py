"""The ``Link`` header, read as RFC 8288 has it (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Link", "links"]

_TARGET = re.compile(r"[\s,]*<([^<>]*)>")
_PARAMETER = re.compile(
    r"""\s*;\s*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)
        (?:\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s";,]*)))?""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the header."""

    target: str = field(repr=False)
    relations: frozenset[str]
    """In lower case; one link may have several."""
    elsewhere: bool
    """It has an ``anchor``: it is not about the answer that carries it."""


def links(header: str) -> Iterator[Link]:
    """Yield the links of a header up to the first place that is not well-formed.

    Of a parameter given twice the first counts (section 3.3 for ``rel``).
    """
    position = 0
    while (target := _TARGET.match(header, position)) is not None:
        position = target.end()
        parameters: dict[str, str] = {}
        while (parameter := _PARAMETER.match(header, position)) is not None:
            position = parameter.end()
            value = parameter["bare"] or _ESCAPED.sub(r"\1", parameter["quoted"] or "")
            parameters.setdefault(parameter["name"].lower(), value)
        relations = frozenset(parameters.get("rel", "").lower().split())
        yield Link(target[1].strip(), relations, "anchor" in parameters)
