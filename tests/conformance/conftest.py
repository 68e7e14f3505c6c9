"""Where the conformance suite runs: on a local server that it starts, or on any site.

pytest tests/conformance --assets-url URL --workspace ID --source ID [--write]

Credentials come from ASSETS_TOKEN, ASSETS_EMAIL and ASSETS_API_TOKEN.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from conformance import Difference
from conformance_model import Model, hosts
from conformance_site import Site

_DIFFERENCES = pytest.StashKey[list[tuple[str, str, str]]]()
NewSite = Callable[..., Site]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "an Assets site to hold against the contract")
    group.addoption("--assets-url", help="origin of the site; without it, a local server")
    group.addoption("--workspace", help="id of the workspace there")
    group.addoption("--source", help="id of the import source there")
    group.addoption("--write", action="store_true", help="run tests that change the site, too")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_DIFFERENCES] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a foreign site leave out what changes it, and what only the local server lets one do."""
    if _option(config, "assets_url") is None:
        return
    unwanted = {"local"} if _option(config, "write") else {"local", "writes"}
    left_out = [one for one in items if unwanted & {mark.name for mark in one.iter_markers()}]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [one for one in items if one not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None and isinstance(call.excinfo.value, Difference):
        found = call.excinfo.value
        item.config.stash[_DIFFERENCES].append((item.name, found.expected, found.got))
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what differs as a table: row of the contract, expected, got."""
    rows = config.stash[_DIFFERENCES]
    if not rows:
        return
    terminalreporter.section("what differs from the contract")
    table = [("row", "expected", "got"), *rows]
    widths = [max(len(row[place]) for row in table) for place in (0, 1)]
    for row, expected, got in table:
        terminalreporter.write_line(f"{row:<{widths[0]}}  {expected:<{widths[1]}}  {got}")


@pytest.fixture(scope="session")
def address(pytestconfig: pytest.Config) -> Iterator[str]:
    """Where the site is; without one, a local server of this run's own, as a process."""
    given = _option(pytestconfig, "assets_url")
    if given is not None:
        yield given
        return
    command = [sys.executable, "-m", "assetferry", "assets", "--port=0", "--json", "--clock=test"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 # our own module
    with process:
        assert process.stdout is not None
        printed = b""
        while b"\n}" not in printed:
            printed += process.stdout.readline()
        yield json.loads(printed)["url"]
        process.terminate()


@pytest.fixture(scope="session")
def new_site(address: str, pytestconfig: pytest.Config) -> NewSite:
    """Make import sources: on the local server any number, elsewhere always the one given."""

    def make(**settings: Any) -> Site:
        tag = secrets.token_hex(3)
        if _option(pytestconfig, "assets_url") is not None:
            return _foreign(pytestconfig, address, tag)
        nobody = Site(url=address, workspace="", source="", token="", ours=True)
        made = nobody.call("POST", "/_local/importsource", {"name": "Conformance", **settings})
        body = made.gives(200)
        return Site(
            url=address,
            workspace=body["workspaceId"],
            source=body["importSourceId"],
            token=body["token"],
            email=body["email"],
            api_token=body["apiToken"],
            schema=body["objectSchemaId"],
            ours=True,
            tag=tag,
        )

    return make


@pytest.fixture
def site(new_site: NewSite) -> Iterator[Site]:
    """An import source; whatever a test leaves running is cancelled."""
    made = new_site()
    yield made
    if not made.ours:
        made.settle()


@pytest.fixture
def model(site: Site) -> Model:
    """A model of one type, Host, with a name that identifies it and a note."""
    return hosts(site.tag)


@pytest.fixture
def mapped(site: Site, model: Model) -> Site:
    """An import source with that model."""
    site.map(model.document())
    return site


def _foreign(config: pytest.Config, url: str, tag: str) -> Site:
    workspace, source = _option(config, "workspace"), _option(config, "source")
    if workspace is None or source is None:
        raise pytest.UsageError("--assets-url needs --workspace and --source")
    site = Site(
        url=url,
        workspace=workspace,
        source=source,
        token=os.environ.get("ASSETS_TOKEN", ""),
        email=os.environ.get("ASSETS_EMAIL", ""),
        api_token=os.environ.get("ASSETS_API_TOKEN", ""),
        tag=tag,
    )
    site.schema = site.app("GET").fields.get("objectSchemaId", "")
    return site


def _option(config: pytest.Config, name: str) -> Any:
    """Read an option; in a run of all tests this file is loaded after the options were."""
    return config.getoption(name, default=None)
