"""The reference pages that follow from the code are what the code would write now."""

import re
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from documents import ROOT

_SCRIPT = runpy.run_path(str(ROOT / "docs" / "generate.py"))
_PAGES: Callable[[], dict[Path, str]] = _SCRIPT["pages"]
_NOT_ACTED_ON: Mapping[str, str] = _SCRIPT["NOT_ACTED_ON"]


@pytest.mark.parametrize("page", list(_PAGES()), ids=lambda page: page.name)
def test_docs_reference_is_up_to_date(page: Path) -> None:
    """The page in the repository equals the one made from models and commands."""
    written = page.read_text(encoding="utf-8")
    assert written == _PAGES()[page], "run: python docs/generate.py"


def test_docs_reference_has_every_key_of_a_definition() -> None:
    """Each model's keys have a row, whatever the way that leads to them."""
    from assetferry.definition.document import json_schema  # noqa: PLC0415 # slow to import

    page = (ROOT / "docs/reference/definition.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    schema = json_schema()
    for model in [schema, *schema["$defs"].values()]:
        assert set(model["properties"]) <= set(rows), model["title"]


@pytest.mark.parametrize("key", _NOT_ACTED_ON)
def test_docs_keys_without_effect_have_none(key: str) -> None:
    """What the reference marks as not acted on is read by no room that could act on it.

    When this fails, something acts on the key now: take it off the list in docs/generate.py, and
    off the readme and the changelog.
    """
    rooms = ROOT / "src" / "assetferry"
    only_reading = {rooms / "definition", rooms / "preflight", rooms / "local_assets"}
    files = [one for one in rooms.rglob("*.py") if only_reading.isdisjoint(one.parents)]
    acting = re.compile(_NOT_ACTED_ON[key])
    found = [one.name for one in files if acting.search(one.read_text(encoding="utf-8"))]
    assert found == []
