"""The Markdown pages of the repository, as tests read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (.*) \|$", re.MULTILINE)
_CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every page that a reader of the repository finds."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def page(name: str) -> str:
    """The text of one page."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(language: str) -> list[Block]:
    """All fenced blocks in one language."""
    return [one for path in pages() for one in _blocks(path) if one.language == language]


def _blocks(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(path, line, found[1], found[2])


def prose(path: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def section(name: str, heading: str) -> str:
    """The part of a page below one heading, up to the next of its kind."""
    _, _, rest = page(name).partition(f"\n## {heading}\n")
    assert rest, f"{name} has no section {heading!r}"
    return rest.partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows in a text; those whose first cell is code."""
    found = [[cell.strip() for cell in _CELL.split(row[1])] for row in _ROW.finditer(text)]
    return [cells for cells in found if cells[0].startswith("`")]


def named(text: str) -> list[str]:
    """What the first cells of a text's tables name as code."""
    return [cells[0].strip("`") for cells in rows(text)]
