"""A mapping that Assets refuses is told with its line in the definition, wherever it is pushed."""

from pathlib import Path

import pytest

from assetferry.engine.importer import Importer
from assetferry.equipment import equip
from assetferry.ledger.transition import Ledger
from commands import Ferry
from definitions import definition, source
from imports import Site, finished, new_run, run_import

RENAMED = '"Host Name" = { from = "name", label = true, external_id = "hardware/laptop/hostname" }'


@pytest.fixture
def text(site: Site, third_party_url: str) -> str:
    """A definition that works."""
    return definition(site.url, source(third_party_url), service_url=third_party_url)


def changed(text: str) -> str:
    """The same with one attribute retyped and one renamed, neither of which Assets allows."""
    return text.replace('type = "integer"', 'type = "text"').replace(
        '"Hostname" = { from = "name", label = true }', RENAMED
    )


def line_of(text: str, part: str) -> int:
    """The line that holds a part of the text."""
    return text[: text.index(part)].count("\n") + 1


async def test_a_run_whose_mapping_is_refused_is_held_with_the_lines(
    sqlite_ledger: Ledger, text: str
) -> None:
    """The hold reason names line, key and cure of both mistakes, not places in the document."""
    await run_import(sqlite_ledger, text)
    broken = changed(text)
    async with Importer(sqlite_ledger, equip, locks=None) as importer:
        run = await importer.begin(new_run(broken))
        assert run is not None
        held = await finished(sqlite_ledger, importer, run.id)
    assert held.held
    reason = held.held_reason or ""
    renamed = line_of(broken, '"Host Name"')
    retyped = line_of(broken, '"RAM (GB)"')
    assert f'line {renamed}: object_types.Laptop.attributes."Host Name"' in reason
    assert f'line {retyped}: object_types.Laptop.attributes."RAM (GB)"' in reason
    assert "change it in Jira by hand first" in reason
    assert "objectTypes/" not in reason


def test_a_push_that_is_refused_shows_the_lines(tmp_path: Path, text: str) -> None:
    """Exit code 1; people read lines on stderr, programs read the same as JSON."""
    ferry = Ferry(tmp_path / "data", {})
    file = tmp_path / "hardware.toml"
    file.write_text(text)
    assert ferry.run("mapping", "push", str(file)).code == 0
    file.write_text(changed(text))
    end = ferry.run("mapping", "push", str(file))
    assert end.code == 1
    line = line_of(file.read_text(), '"RAM (GB)"')
    assert f'{file}: line {line}: object_types.Laptop.attributes."RAM (GB)"' in end.err
    told = ferry.run("mapping", "push", str(file), "--json").json
    assert told["result"] == "Refused"
    assert [problem["line"] for problem in told["problems"]] == [
        line_of(file.read_text(), '"Host Name"'),
        line,
    ]


def test_a_push_that_fails_otherwise_gives_the_reason(
    tmp_path: Path, site: Site, text: str
) -> None:
    """Where Assets names no place, its own words are shown."""
    ferry = Ferry(tmp_path / "data", {"ASSETS_TOKEN": "wrong"})
    file = tmp_path / "hardware.toml"
    file.write_text(text)
    end = ferry.run("mapping", "push", str(file), "--json")
    assert end.code == 1
    assert end.json["problems"] == []
    assert "401" in end.err
