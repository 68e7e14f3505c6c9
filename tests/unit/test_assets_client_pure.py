from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.assets.failure_reason import LONGEST, fitted
from assetferry.assets.links import SourceAddress, execution_of, is_relative
from assetferry.assets.mapping_document import without_empty_schemas

WS = "f1c1a5e0-5c4b-4f0e-9a70-0f6f3a0f7a01"
SRC = "3e9f17a6-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
EID = "241d9437-2f7b-4b7e-9d0a-6f5e4d3c2b1a"
PATH = f"/jsm/assets/workspace/{WS}/v1/importsource/{SRC}"


@pytest.mark.parametrize("prefix", ["", "/ex/jira/11-22"])
def test_an_address_is_learnt_from_links_on_the_configured_origin(prefix: str) -> None:
    """Whatever host the links name, the token goes to the configured one."""
    links = {"start": f"https://elsewhere{prefix}{PATH}/executions", "odd": "x"}
    address = SourceAddress.learnt(links, "http://127.0.0.1:1/base")
    assert address is not None
    assert address.url("executions") == f"http://127.0.0.1:1{prefix}{PATH}/executions"


@pytest.mark.parametrize(
    "links",
    [
        {},
        {"start": "https://h/other"},
        {"start": f"https://h{PATH.replace(WS, 'undefined')}/executions"},
        {"start": f"https://h{PATH.replace(SRC, '..')}/executions"},
        {
            "start": f"https://h{PATH}/executions",
            "mapping": f"https://h{PATH.replace(SRC, EID)}/mapping",
        },
    ],
)
def test_an_address_is_not_guessed(links: dict[str, str]) -> None:
    """Links of another form, ids that are none, and links that disagree give no address."""
    assert SourceAddress.learnt(links, "http://h") is None


@pytest.mark.parametrize(
    ("link", "stored"),
    [
        (f"https://other{PATH}/executions/{EID}/data", f"executions/{EID}/data"),
        (f"https://h{PATH}/executions/{EID}", f"executions/{EID}"),
        (f"https://h{PATH}/executions/{EID}/data?x=1", None),
        (f"https://h{PATH}/../executions/{EID}", None),
        (f"https://h{PATH}/executions/../../{EID}", None),
        ("https://h/elsewhere/data", None),
    ],
)
def test_what_is_stored_of_a_link(link: str, stored: str | None) -> None:
    """Only a plain path below the import source reaches the ledger."""
    assert SourceAddress("https://h/jsm/assets", WS, SRC).relative(link) == stored


@pytest.mark.parametrize(
    "path",
    ["", "/executions/x", "executions/../x", "executions//x", "https://h/x", "executions/x?y"],
)
def test_a_stored_path_leads_nowhere_else(path: str) -> None:
    """A ledger that was tampered with cannot send the token to another place."""
    assert not is_relative(path)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([f"https://h{PATH}/executions/{EID}/data", f"https://h{PATH}/executions/{EID}"], EID),
        ([f"https://h{PATH}/executions/{EID}/data", f"https://h{PATH}/executions/{SRC}"], None),
        ([f"https://h{PATH}/executions/undefined/data"], None),
        (["https://h/"], None),
    ],
)
def test_the_execution_is_named_by_its_links(links: list[str], expected: str | None) -> None:
    """One UUID in the known place, the same in all links, or none."""
    assert execution_of(links) == expected


@given(st.text(max_size=2000))
def test_a_failure_reason_always_fits(reason: str) -> None:
    """Whatever went wrong, its reason is 1 to 1024 UTF-16 units and is cut between characters."""
    found = fitted(reason)
    found.encode("utf-16-le", "replace").decode("utf-16-le")
    assert 1 <= len(found.encode("utf-16-le", "replace")) // 2 <= LONGEST


def test_a_cut_reason_keeps_its_beginning() -> None:
    """Characters beyond the basic plane count twice, as Assets counts them."""
    assert fitted("😀" * 600) == "😀" * 511 + "…"
    assert fitted("x" * 1024) == "x" * 1024


def test_empty_icon_and_status_lists_are_not_sent_back() -> None:
    """Assets refuses in our document what it gives in its own."""
    given_: dict[str, Any] = {
        "schema": {"objectSchema": {}, "iconSchema": {"icons": []}, "statusSchema": None},
        "mapping": {},
    }
    assert without_empty_schemas(given_) == {"schema": {"objectSchema": {}}, "mapping": {}}
    full = {"schema": {"iconSchema": {"icons": [1]}}}
    assert without_empty_schemas(full) == full
