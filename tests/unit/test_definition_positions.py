"""The scanner finds the line of every path that tomllib finds a value at."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.definition.positions import Path, Positions, written

TEXT = '''\
# comment with [brackets] and "quotes"
top = 1   # = trailing
a.b . "c.d" = 'x # no comment'
"quoted \\"key\\"" = """
[not.a.table]
still = "text\\""""
lit = \'\'\'
]] }} \'\'\'\'

[table]
inline = { x = 1, "y z" = { deep = [1, 2] } }
list = [
  # comment ]
  "one",
  { in_list = true },  # and }

  [3, 4],
]
date = 2026-12-01 09:00:00
[table.sub."x.y"]
empty = {}
[[rows]]
n = 1
[rows.part]
m = 1
[[rows.inner]]
o = 1
[[rows]]
n = 2
[[rows.inner]]
o = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("a",), 3),
        (("a", "b", "c.d"), 3),
        (('quoted "key"',), 4),
        (("lit",), 7),
        (("table",), 10),
        (("table", "inline", "y z", "deep"), 11),
        (("table", "inline", "y z", "deep", 1), 11),
        (("table", "list", 0), 14),
        (("table", "list", 1, "in_list"), 15),
        (("table", "list", 2, 1), 17),
        (("table", "date"), 19),
        (("table", "sub", "x.y", "empty"), 21),
        (("rows",), 22),
        (("rows", 0, "part", "m"), 25),
        (("rows", 0, "inner", 0, "o"), 27),
        (("rows", 1), 28),
        (("rows", 1, "inner", 0, "o"), 31),
    ],
)
def test_line_of_each_kind_of_path(path: Path, line: int) -> None:
    """Strings, comments, inline tables and arrays of tables do not lead the scanner astray."""
    tomllib.loads(TEXT)
    assert Positions(TEXT).line(path) == line
    assert path in Positions(TEXT)


def test_line_of_what_is_missing_is_that_of_what_surrounds_it() -> None:
    """A missing key is reported where it belongs."""
    positions = Positions(TEXT)
    assert positions.line(("table", "missing", "deeper")) == 10
    assert positions.line(("missing",)) is None
    assert ("missing",) not in positions


def test_windows_line_ends_count_once() -> None:
    """A file from Windows has the lines its editor shows."""
    assert Positions("a = 1\r\n\r\nb = 2\r\n").line(("b",)) == 3


def test_path_is_written_as_in_toml() -> None:
    """What an error shows can be searched for in the file."""
    assert written(("a", "RAM (GB)", "values", 2, "x")) == 'a."RAM (GB)".values[2].x'


keys = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=6),
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
scalars = st.one_of(st.integers(-99, 99), st.booleans(), texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=8,
)
tables = st.dictionaries(keys, values, max_size=4)
documents = st.dictionaries(
    keys, st.one_of(values, tables, st.lists(tables, min_size=1)), max_size=5
)
gaps = st.lists(st.sampled_from(["\n", "# ] } \" ' [x]\n", " \t"]), max_size=3).map("".join)


def quoted(key: str) -> str:
    return (
        key
        if key.isascii() and key.replace("-", "").isalnum()
        else json.dumps(key, ensure_ascii=False)
    )


def spelt(value: Any, draw: st.DrawFn) -> str:
    """Write a value in one of the ways TOML allows."""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return "{" + ", ".join(f"{quoted(k)} = {spelt(v, draw)}" for k, v in pairs) + "}"
    if isinstance(value, list):
        items = [spelt(item, draw) for item in cast("list[Any]", value)]
        return "[" + draw(gaps) + ("," + draw(gaps)).join(items) + draw(gaps) + "]"
    if isinstance(value, str) and draw(st.booleans()):
        return '"""\n' + json.dumps(value, ensure_ascii=False)[1:-1] + '"""'
    return json.dumps(value, ensure_ascii=False)


@st.composite
def toml_texts(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Write a TOML text with comments, blank lines and several spellings, and what it means."""
    document = draw(documents)
    text = draw(gaps)
    sections: list[str] = []
    for key, value in document.items():
        if isinstance(value, dict) and draw(st.booleans()):
            pairs = cast("dict[str, Any]", value).items()
            body = "".join(f"{quoted(k)} = {spelt(v, draw)}\n{draw(gaps)}" for k, v in pairs)
            sections.append(f"[ {quoted(key)} ] # ]\n{body}\n")
        else:
            text += f"\n{quoted(key)} = {spelt(value, draw)} # end\n{draw(gaps)}"
    return text + "\n" + "\n".join(sections), document


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from paths(inner, (*path, number))


@given(toml_texts())
def test_every_path_of_tomllib_has_a_line(made: tuple[str, dict[str, Any]]) -> None:
    """Whatever is in a document, an error can point at it, and at its own line."""
    text, document = made
    assert tomllib.loads(text) == document, "the strategy wrote what it meant"
    positions = Positions(text)
    lines = text.split("\n")
    for path in paths(document):
        assert path in positions
        line, key = positions.line(path), path[-1]
        assert line is not None
        if isinstance(key, str):
            assert quoted(key) in lines[line - 1]
