"""docs/testing-your-import-app.md is true: its examples run as they stand there."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assetferry.local_assets.server import LocalAssets
from documents import ROOT
from local_assets_curl import Shell

PAGE = (ROOT / "docs" / "testing-your-import-app.md").read_text(encoding="utf-8")
NAMED = re.compile(r"^(?:#|//) (\S+)\n", re.MULTILINE)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalAssets]:
    with LocalAssets() as running:
        yield running


@pytest.fixture
def curl(server: LocalAssets, tmp_path: Path) -> Callable[[str], Any]:
    """Runs a command of the page as a person would paste it; gives the JSON that it prints."""
    shell = Shell(tmp_path, own_curl=False, variables={"URL": server.url})
    return lambda command: json.loads(shell.run(command))


def test_the_fixtures_and_tests_for_pytest_pass(tmp_path: Path) -> None:
    """Copied into files of the names they begin with, they are a green test suite."""
    for block in blocks("python"):
        name = NAMED.match(block)
        assert name is not None, block
        (tmp_path / name[1]).write_text(block, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(  # noqa: S603 # our own interpreter
        [*command, "--rootdir", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 passed" in ran.stdout


def test_the_commands_for_curl_answer_as_told(curl: Callable[[str], Any]) -> None:
    """A source has the keys that the page names; after a reset its token is worth nothing."""
    make, reset = blocks("sh")
    made = curl(make)
    for key in ("workspaceId", "objectSchemaId", "importSourceId", "token", "email", "apiToken"):
        assert isinstance(made[key], str), key
    assert curl(reset) == {"status": "empty"}
    info = f"curl -s -H 'Authorization: Bearer {made['token']}' $URL/jsm/assets/v1/imports/info"
    assert curl(info)["code"] == 401


def test_the_test_for_node_passes(server: LocalAssets, tmp_path: Path) -> None:
    """Node's own runner passes it; where no Node is, what it calls is at least all there."""
    (block,) = blocks("js")
    node = shutil.which("node")
    if node is None:
        for path in ("/_local/importsource", "/jsm/assets/v1/imports/info"):
            assert path in block
        return
    name = NAMED.match(block)
    assert name is not None
    file = tmp_path / name[1]
    file.write_text(block, encoding="utf-8")
    ran = subprocess.run(  # noqa: S603 # found on the path
        [node, "--test", str(file)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"ASSETS_URL": server.url},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"pass 1\b", ran.stdout), ran.stdout


def test_the_paths_of_the_table_are_there(curl: Callable[[str], Any]) -> None:
    """Whatever the page names under /_local/ is a route of the server."""
    table = PAGE.partition("## More that a test can ask for")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `(?:GET )?(/\S+)` \|", table, re.MULTILINE)
    assert len(named) > 5
    for path in named:
        # No route takes this method, and one that is not there is not found.
        refused = curl(f"curl -s -X OPTIONS $URL/_local{path.replace('{id}', 'x')}")
        assert refused["errorMessages"] == ["Method not allowed"], path
