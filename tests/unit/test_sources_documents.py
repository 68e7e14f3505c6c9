"""Bodies of answers: what is read, and what is no JSON."""

from math import inf

import pytest

from assetferry.sources.documents import NotJson, document


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b"[123456789012345678901234567890]", [123456789012345678901234567890]),
        (b'["\\ud83d", "x"]', ["\ud83d", "x"]),
        (b"[1e400, -1e400, 1]", [inf, -inf, 1]),
        (b"[" + b"9" * 5000 + b"]", [inf]),
    ],
)
def test_one_value_that_others_cannot_carry_spoils_no_page(body: bytes, expected: object) -> None:
    """R10: it spoils its record, which can be set aside, and not the hundred beside it."""
    assert document(body) == expected


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value at character 0"),
        (b"<html>", "Expecting value at character 0"),
        (b'{"a": [1, ', "Expecting value at character 10"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b'["M\xfcller"]', "not UTF-8 from byte 3 on"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_says_why(body: bytes, why: str) -> None:
    """R6: each is an error that tells where to look, whatever the reader beneath raises."""
    with pytest.raises(NotJson, match=why):
        document(body)
