import msgspec
import pytest

from assetferry.assets.answers import (
    Conflict,
    Missing,
    Refused,
    Throttled,
    TooLarge,
    Trouble,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.assets.classification import trouble
from assetferry.outbound.response import Response

NOW = 1000.0


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, url="http://assets/", headers=names, body=body)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Unexpected),
        (303, Unexpected),
        (400, Refused),
        (401, Unauthorized),
        (403, Unauthorized),
        (404, Missing),
        (405, Unexpected),
        (407, Unexpected),
        (408, Unavailable),
        (409, Conflict),
        (410, Unexpected),
        (413, TooLarge),
        (415, Unexpected),
        (422, Unexpected),
        (425, Unavailable),
        (429, Throttled),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
        (599, Unavailable),
    ],
)
def test_each_status_has_one_meaning(status: int, kind: type[Trouble]) -> None:
    """The status alone decides, whatever the body says."""
    bodies = (b"", b"<html>", b'{"errorMessages":["retry"]}', b'["x"]', b"\xff")
    for body in (*bodies, b'{"message":"\xff"}', b"[" * 100_000):
        assert type(trouble(answer(status, body), now=NOW)) is kind


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        (429, "30", Throttled(until=NOW + 30)),
        (503, "30", Throttled(until=NOW + 30)),
        (429, "soon", Throttled(until=None)),
    ],
)
def test_retry_after_is_kept(status: int, value: str, expected: Trouble) -> None:
    """Where Assets names a time, the answer carries it."""
    assert trouble(answer(status, retry_after=value), now=NOW) == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"code":401,"message":"Unauthorized"}', "Unauthorized"),
        (b'{"result":"error","errorCode":"MISSING_MAPPING"}', "MISSING_MAPPING"),
        (
            b'{"dataValidationErrors":[{"code":"UNKNOWN","path":"/schema","message":"no"}]}',
            "UNKNOWN: /schema: no",
        ),
        (b'{"errorMessages":["one","two"],"errors":{}}', "one two"),
        (b"<b>Bad\n gateway</b>", "<b>Bad gateway</b>"),
    ],
)
def test_each_shape_of_error_is_readable(body: bytes, said: str) -> None:
    """The four shapes, and a body of none, become one line for people."""
    assert trouble(answer(400, body), now=NOW) == Refused(
        reason=f"Assets answered 400: {said}",
        body=msgspec.json.decode(body) if body.startswith(b"{") else {},
    )


def test_a_conflict_carries_its_code() -> None:
    """409 means different things by errorCode, which may also be absent."""
    found = trouble(answer(409, b'{"result":"error","errorCode":"IN_PROGRESS"}'), now=NOW)
    assert isinstance(found, Conflict)
    assert found.error_code == "IN_PROGRESS"
    bare = trouble(answer(409, b'{"errorMessages":["exists"]}'), now=NOW)
    assert isinstance(bare, Conflict)
    assert bare.error_code is None


def test_a_long_refusal_is_cut_and_stays_readable() -> None:
    """Of a thousand problems the first remain whole, in at most 4 KiB."""
    problems = [{"code": "BAD", "path": f"/a/{n}", "message": "x" * 40} for n in range(1000)]
    body = msgspec.json.encode({"dataValidationErrors": problems, "note": "y" * 9000})
    found = trouble(answer(400, body), now=NOW)
    assert isinstance(found, Refused)
    kept = found.body["dataValidationErrors"]
    assert kept == problems[: len(kept)]
    assert len(kept) > 20
    assert len(msgspec.json.encode(found.body)) < 4500
    assert len(found.reason) < 600


def test_a_body_cannot_echo_the_token() -> None:
    """A gateway that repeats the request's headers does not put the token into our messages."""
    found = trouble(answer(401, b"Bearer sesame is wrong"), now=NOW, hide=["sesame"])
    assert found == Unauthorized(reason="Assets answered 401: Bearer *** is wrong")
