"""docs/curl.md is true: its commands, run as they stand there, give its answers."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assetferry.local_assets.jsonshape import is_list, is_object
from assetferry.local_assets.server import LocalAssets
from local_assets_curl import Shell

PAGE = Path(__file__).parents[2] / "docs" / "curl.md"
WRITTEN = "http://127.0.0.1:8700"
"""Where the server is in the document."""
LEFT_OUT = "…"
CUT = re.compile(r"[\w-]+…")
"""An id or token as the document writes it: its beginning."""
ASSIGNMENT = re.compile(r"([A-Z_]+)='([^']*)'")


@dataclass
class Ids:
    """What the cut ids of the document are in this run, and where the server is."""

    url: str
    known: dict[str, str] = field(default_factory=dict[str, str])

    def whole(self, text: str) -> str:
        """Put the ids of this run in place of cut ones; each must be known by now."""
        return CUT.sub(lambda cut: self.known[cut[0]], text).replace(WRITTEN, self.url)

    def meet(self, written: str, found: str) -> bool:
        """Compare a text with what was written, and learn the ids in it."""
        if written == LEFT_OUT:
            return True
        pattern, names = "", list[str]()
        at = 0
        written = written.replace(WRITTEN, self.url)
        for cut in CUT.finditer(written):
            pattern += re.escape(written[at : cut.start()]) + r"([\w-]+)"
            names.append(cut[0])
            at = cut.end()
        match = re.fullmatch(pattern + re.escape(written[at:]), found)
        return match is not None and all(map(self._is, names, match.groups()))

    def _is(self, cut: str, found: str) -> bool:
        """Tell whether a cut id is the same as everywhere, and no other id has its place."""
        self.known.setdefault(cut, found)
        return self.known[cut] == found and list(self.known.values()).count(found) == 1


def same(written: Any, found: Any, ids: Ids, place: str = "$") -> Iterator[str]:
    """Name the places where an answer is not what was written."""
    if is_object(written) and is_object(found):
        expected = {key: value for key, value in written.items() if key != LEFT_OUT}
        surplus = set[str]() if LEFT_OUT in written else found.keys() - expected.keys()
        for key in (expected.keys() - found.keys()) | surplus:
            yield f"{place}.{key} is not in both"
        for key in expected.keys() & found.keys():
            yield from same(expected[key], found[key], ids, f"{place}.{key}")
    elif is_list(written) and is_list(found):
        expected = [one for one in written if one != LEFT_OUT]
        if len(found) < len(expected) or (LEFT_OUT not in written and len(found) > len(expected)):
            yield f"{place} has {len(found)} elements"
        for number, pair in enumerate(zip(expected, found, strict=False)):
            yield from same(*pair, ids, f"{place}[{number}]")
    elif isinstance(written, str) and isinstance(found, str):
        if not ids.meet(written, found):
            yield f"{place} is {found!r}"
    elif written != found or type(written) is not type(found):
        yield f"{place} is {found!r}"


def leaves(answer: Any) -> Iterator[str]:
    """Give every text in an answer."""
    if isinstance(answer, str):
        yield answer
    elif is_object(answer):
        yield from leaves(list(answer.values()))
    elif is_list(answer):
        for value in answer:
            yield from leaves(value)


def blocks(page: str) -> list[tuple[str, str]]:
    """Give the document's code blocks with their languages."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("own_curl", [False, True], ids=["curl", "own"])
def test_the_transcript_is_true(tmp_path: Path, *, own_curl: bool) -> None:
    """Every command works with this run's ids, and every answer is the one that is written.

    Once with the machine's curl, if it has one, and once with our own.
    """
    with LocalAssets() as server:
        shell, ids = Shell(tmp_path, own_curl=own_curl), Ids(server.url)
        printed = ""
        seen: set[str] = set()
        for language, text in blocks(PAGE.read_text()):
            if language == "sh" and ASSIGNMENT.match(text):
                given = {name: ids.whole(value) for name, value in ASSIGNMENT.findall(text)}
                assert set(given.values()) <= seen, "a value that no answer contained"
                shell.variables.update(given)
            elif language == "sh":
                printed = shell.run(text.replace(WRITTEN, server.url))
            elif language == "json":
                answer = json.loads(printed)
                assert list(same(json.loads(text), answer, ids)) == []
                seen.update(leaves(answer))
            elif language == "text":
                assert printed == text


def test_the_transcript_follows_links_only() -> None:
    """One address is written out in a command, the first; all others are variables."""
    commands = [
        text
        for language, text in blocks(PAGE.read_text())
        if language == "sh" and not ASSIGNMENT.match(text)
    ]
    addresses = [re.findall(r"https?://\S+", text) for text in commands]
    assert addresses[0] == [f"{WRITTEN}/_local/importsource"]
    assert not any(addresses[1:])
    for text in commands[1:]:
        if text.startswith("curl"):
            assert re.fullmatch(r"\$[A-Z]+", shlex.split(text)[-1])


def test_a_wrong_answer_would_be_noticed() -> None:
    """The comparison sees other values, keys, lengths and types, and ids that change."""
    ids = Ids("http://x")
    assert list(same({"a": "1f…", "…": "…"}, {"a": "one", "b": 2}, ids)) == []
    wrong: list[tuple[Any, Any]] = [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"…": "…", "a": 1}, {"b": 1}),
        ([1], [1, 2]),
        ([1, "…"], []),
        ("a", "b"),
        ("1f…", "two"),
        ("2f…", "one"),
        (f"{WRITTEN}/a", "http://y/a"),
    ]
    for written, found in wrong:
        assert list(same(written, found, ids)), (written, found)
