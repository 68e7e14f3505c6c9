import pytest

from assetferry.outbound.redaction import excerpt, shown


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://u:pw@h.example:8443/a/b?token=abc&x=#frag",
            "https://h.example:8443/a/b?token=***&x=***",
        ),
        ("http://[::1]:80/p", "http://[::1]:80/p"),
        ("https://h.example", "https://h.example"),
        ("http://h:notaport/", "an address that is not a URL"),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, expected: str) -> None:
    """User, password, query values and fragment never reach a message."""
    assert shown(url) == expected


def test_an_excerpt_masks_before_it_cuts() -> None:
    """A secret that would lie across the border leaves no half behind."""
    assert excerpt(b"xx my-secret yy", limit=8, hide=["my-secret"]) == "xx *** …"


def test_an_excerpt_is_one_printable_line() -> None:
    """Line breaks, control characters and bytes that are no UTF-8 do not reach a terminal."""
    assert excerpt(b"a\r\n\x1b[31m\xff  b", limit=50) == "a [31m\ufffd b"
