"""What most commands are tried with: the command line with its tokens, and a definition's file."""

from pathlib import Path

import pytest

from commands import Ferry
from definitions import definition, source
from imports import Site


@pytest.fixture
def ferry(tmp_path: Path, site: Site) -> Ferry:
    """The command line with the test's tokens."""
    tokens = {"ASSETS_TOKEN": site.made.token, "INVENTORY_TOKEN": "let-me-in"}
    return Ferry(tmp_path / "data", tokens)


@pytest.fixture
def file(tmp_path: Path, site: Site, third_party_url: str) -> Path:
    """A definition's file."""
    path = tmp_path / "hardware.toml"
    path.write_text(definition(site.url, source(third_party_url), service_url=third_party_url))
    return path
