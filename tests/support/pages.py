"""A page as a person meets it: its text, its links, its tables, read by an HTML parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Page", "read_page"]

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Page:
    title: str = ""
    text: str = ""
    links: list[str] = field(default_factory=list[str])
    rows: list[list[str]] = field(default_factory=list[list[str]])
    """The cells of every table row, headers too."""
    fields: dict[str, str] = field(default_factory=dict[str, str])
    """The names of inputs, and what stands in them."""
    tags: set[str] = field(default_factory=set[str])
    events: set[str] = field(default_factory=set[str])
    """Attributes that would run a script."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        page, given = self.page, {name: value or "" for name, value in attrs}
        page.tags.add(tag)
        page.events |= {name for name in given if name.startswith("on")}
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("a", "link"):
            page.links.append(given["href"])
        if tag == "input":
            page.fields[given["name"]] = given.get("value", "")
        if tag == "tr":
            page.rows.append([])
        if tag in ("td", "th"):
            page.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes what is not open"

    def handle_data(self, data: str) -> None:
        if "title" in self.open:
            self.page.title += data
        else:
            self.page.text += data
        if {"td", "th"} & set(self.open):
            self.page.rows[-1][-1] += " ".join(data.split())


def read_page(text: str) -> Page:
    """Read a page; fail where its tags do not close in order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader.page
