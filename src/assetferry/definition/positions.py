"""The line of every key in a TOML text: tomllib reads values, but keeps no places.

The text must already have passed tomllib; the scanner only follows structure and trusts it.
"""

import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TypeAlias

__all__ = ["Path", "Positions", "written"]

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of the document, as they index tomllib's result."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]*")


class Positions:
    """Where each path of one document was written first."""

    def __init__(self, text: str) -> None:
        """Scan ``text``, which tomllib accepted."""
        self._lines = _Scanner(text).scan()

    def line(self, path: Path) -> int | None:
        """Give the 1-based line of ``path``, else of the nearest thing around it."""
        for length in range(len(path), 0, -1):
            if (found := self._lines.get(path[:length])) is not None:
                return found
        return None

    def __contains__(self, path: Path) -> bool:
        """Tell whether exactly this path was written."""
        return path in self._lines


def written(path: Sequence[str | int]) -> str:
    """Show a path as one would write it in TOML, with indices in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        shown = part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)
        text += f".{shown}" if text else shown
    return text


class _Scanner:
    """One pass over the text; ``at`` is the next character to look at."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.lines: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # arrays of tables, with their number of tables so far

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                self.at += 2
                table = self._header(repeated=True)
                self.at += 2
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._header(repeated=False)
                self.at += 1
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.lines

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _note(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, bisect_left(self.breaks, at) + 1)

    def _header(self, *, repeated: bool) -> Path:
        """Read ``a.b.c`` of a table header and give the table it opens.

        A key that names an array of tables means the array's newest table.
        """
        start = self.at
        keys = self._keys()
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            self._note(path, start)
            if repeated and number == len(keys) - 1:
                self.tables[path] = self.tables.get(path, 0) + 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
                self._note(path, start)
        self._skip(_SPACE)
        return path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self._skip(_SPACE)
        self.at += 1  # the equals sign
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                self._skip(_STRING)
                keys.append(tomllib.loads(f"key = {self.text[start : self.at]}")["key"])
            else:
                self._skip(_BARE_KEY)
                keys.append(self.text[start : self.at])
            self._skip(_SPACE)
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        self._skip(_SPACE)
        match self.text[self.at]:
            case "{":
                self._inside("}", lambda _: self._pair(path))
            case "[":
                self._inside("]", lambda number: self._element((*path, number)))
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_SCALAR)

    def _element(self, path: Path) -> None:
        self._note(path, self.at)
        self._value(path)

    def _inside(self, end: str, read: Callable[[int], None]) -> None:
        """Read the items of an inline table or array, up to and with its closing bracket."""
        self.at += 1
        number = 0
        self._skip(_BLANK)
        while self.text[self.at] != end:
            read(number)
            number += 1
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1
