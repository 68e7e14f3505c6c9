import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.sources.pagination.link_header import links

NONE = frozenset[str]()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("<a>", [("a", NONE)]),
        ('<a>; rel="next"', [("a", frozenset({"next"}))]),
        ("<a>;rel=next", [("a", frozenset({"next"}))]),
        ('<a>; REL="Prev NEXT"', [("a", frozenset({"prev", "next"}))]),
        (
            '<a,b;c>; rel=next, <d>; rel="last"',
            [("a,b;c", frozenset({"next"})), ("d", frozenset({"last"}))],
        ),
        ('<a>; title="x, <b>; rel=next"; rel=prev', [("a", frozenset({"prev"}))]),
        (r'<a>; title="say \"hi\", <b>"; rel=next', [("a", frozenset({"next"}))]),
        ("<a>; rel=prev; rel=next", [("a", frozenset({"prev"}))]),
        ("<a> ; crossorigin ; rel = next", [("a", frozenset({"next"}))]),
        (",, <a>; rel=next ,,<b>", [("a", frozenset({"next"})), ("b", NONE)]),
        ("<a>; rel=next, garbage, <b>", [("a", frozenset({"next"}))]),
    ],
)
def test_links_are_read_as_the_standard_says(
    header: str, expected: list[tuple[str, frozenset[str]]]
) -> None:
    """Several links, quoted commas, escapes, repeated parameters, rubbish."""
    assert [(link.target, link.relations) for link in links(header)] == expected


def test_a_link_about_something_else_is_marked() -> None:
    """With an anchor, "next" is not the next page of this list."""
    assert [link.elsewhere for link in links('<a>; rel=next; anchor="#x", <b>')] == [True, False]


@pytest.mark.parametrize("header", ["", "garbage", "<a", "rel=next; <a>"])
def test_what_is_no_link_is_none(header: str) -> None:
    """Rubbish names no next page."""
    assert list(links(header)) == []


@given(st.text(alphabet='<>;,="\\ arelnext', max_size=200))
def test_no_header_hangs_or_breaks_the_parser(header: str) -> None:
    """Whatever a source sends, reading it ends."""
    assert len(list(links(header))) <= len(header)
