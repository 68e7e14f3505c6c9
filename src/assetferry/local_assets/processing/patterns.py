"""The date patterns of an import source, written in Java's letters (section 9)."""

import re
from collections.abc import Callable
from datetime import datetime

__all__ = ["compile_pattern"]

_LETTERS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "M": "%m",
    "MMM": "%b",
    "dd": "%d",
    "d": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%f",
    "a": "%p",
    "Z": "%z",
    "XXX": "%z",
}
_PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|(.)", re.DOTALL)


def compile_pattern(pattern: str) -> Callable[[str], datetime]:
    """Compile a pattern such as ``yyyy-MM-dd'T'HH:mm:ss'Z'`` to a reader of texts.

    The reader raises ValueError for a text of another form. A pattern with letters that are
    not known reads nothing, so that such values count as unconvertible.
    """
    parts: list[str] = []
    for found in _PART.finditer(pattern):
        quoted, letter, other = found.groups()
        if letter is not None:
            directive = _LETTERS.get(found.group())
            if directive is None:
                return _unreadable
            parts.append(directive)
        else:
            literal = other if quoted is None else quoted.replace("''", "'") or "'"
            parts.append(literal.replace("%", "%%"))
    form = "".join(parts)
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 - no zone means UTC, set later


def _unreadable(text: str) -> datetime:
    raise ValueError(f"no pattern to read {text!r}")
