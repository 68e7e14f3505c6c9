"""The pages lead where they say, and name nothing that they should not."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from documents import ROOT, pages, prose

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_URL = re.compile(r"https?://[^\s)\"'`<>|…]+")
_HOSTS = {
    "127.0.0.1",
    "api.atlassian.com",
    "jmespath.org",
    "keepachangelog.com",
    "semver.org",
}
_RESERVED = (".example", ".example.com", "example.com")
"""Names that lead nowhere, by RFC 2606."""
_OF_A_MACHINE = re.compile(r"(?<![\w.$~])/(work|home|root|Users)/")


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    words = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {one.strip().replace(" ", "-") for one in words}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_docs_links_resolve(page: Path) -> None:
    """Every relative link leads to a file that exists, and to a heading in it."""
    for target in _LINK.findall(prose(page)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(found), f"{target} names no heading"


def test_docs_pages_are_all_reachable() -> None:
    """From the readme every page can be reached by links."""
    reached = {ROOT / "README.md"}
    waiting = list(reached)
    while waiting:
        page = waiting.pop()
        for target in _LINK.findall(prose(page)):
            found = (page.parent / target.partition("#")[0]).resolve()
            if found.suffix == ".md" and found.exists() and found not in reached:
                reached.add(found)
                waiting.append(found)
    assert set(pages()) - reached == set(), "link it from docs/README.md"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_docs_name_known_hosts_and_no_machine(page: Path) -> None:
    """Addresses lead to loopback, reserved names or known hosts; no machine's path is named."""
    text = page.read_text(encoding="utf-8")
    for found in _URL.finditer(text):
        url = found[0].rstrip(".,;:")
        host = urlsplit(url).hostname or ""
        assert host in _HOSTS or host.endswith(_RESERVED), f"{url} names {host}"
    assert _OF_A_MACHINE.search(text) is None


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_docs_leave_nothing_for_later(page: Path) -> None:
    """A page says what is, and does not promise to be finished."""
    assert re.search(r"\b(TODO|TBD|FIXME|XXX)\b", page.read_text(encoding="utf-8")) is None
