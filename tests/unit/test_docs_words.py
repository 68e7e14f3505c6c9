"""Names that pages list are those of the code: settings, tables, states, rooms."""

import re

from assetferry.cli.exits import Exit
from assetferry.ledger.states import ChunkState, RunState
from assetferry.ledger.tables import metadata
from documents import ROOT, named, page, section

_SOURCE = ROOT / "src" / "assetferry"


def test_docs_environment_variables_are_all_described() -> None:
    """The page has each variable of ours that the code reads, and no other."""
    texts = [file.read_text(encoding="utf-8") for file in _SOURCE.rglob("*.py")]
    read = {name for text in texts for name in re.findall(r'"(ASSETFERRY_[A-Z_]+)"', text)}
    told = named(section("docs/reference/settings.md", "Environment variables"))
    assert set(told) == read


def test_docs_tables_are_all_described() -> None:
    """The architecture has each table of the ledger, and no other."""
    assert set(named(section("docs/architecture.md", "The ledger"))) == set(metadata.tables)


def test_docs_rooms_are_all_described() -> None:
    """The architecture has each room of the house, and no other."""
    rooms = {f"{one.parent.name}/" for one in _SOURCE.glob("*/__init__.py")}
    told = re.findall(r"^  (\w+/) ", section("docs/architecture.md", "Rooms"), re.MULTILINE)
    assert set(told) == rooms


def test_docs_states_are_all_explained() -> None:
    """Glossary and architecture name each state of a run and of a chunk."""
    for name in ("docs/glossary.md", "docs/architecture.md"):
        words = set(re.findall(r"\b[A-Z]+\b", page(name)))
        assert {*RunState, *ChunkState} <= words, name


def test_docs_exit_codes_are_all_explained() -> None:
    """The readme and the command line's page have each exit code."""
    for name, heading in (("README.md", "Commands"), ("docs/reference/cli.md", None)):
        text = page(name) if heading is None else section(name, heading)
        assert {str(int(one)) for one in Exit} <= set(re.findall(r"\b\d+\b", text)), name
