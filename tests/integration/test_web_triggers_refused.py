"""R13: a call that is not right in every respect has no effect at all; on both databases."""

import json
from collections.abc import AsyncIterator

import pytest

from assetferry.ledger.transition import Ledger
from definitions import definition, source
from doors import WORKSPACE, Answer, Door, contents, open_door

NOWHERE = "http://127.0.0.1:9"
TEXT = definition(NOWHERE, source(NOWHERE), service_url=NOWHERE)
OTHER = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
async def door(ledger: Ledger) -> AsyncIterator[Door]:
    """A definition behind a signed trigger."""
    async with open_door(ledger, TEXT) as opened:
        yield opened


async def no_effect(door: Door, before: dict[str, list[str]], answer: Answer) -> None:
    """The ledger is as it was, and the answer gives nothing away."""
    assert await door.ledger.run(contents) == before
    assert set(answer.body) == {"error"}
    assert answer.body["error"].replace("_", "").isalpha()
    assert "server" not in answer.headers


async def test_r13_a_right_call_is_taken(door: Door) -> None:
    """The door does open: what the other tests vary is a call that would begin a run."""
    answer = await door.call()
    assert answer.status == 200
    assert answer.body["result"] == "begun"


WRONG_BODIES = {
    "nothing": b"",
    "no json": b"{",
    "an array": b"[]",
    "a number": b"1",
    "null": b"null",
    "twice in a string": json.dumps(json.dumps(json.dumps({}))).encode(),
    "no ids": b"{}",
    "another source": json.dumps({"workspaceId": WORKSPACE, "importsourceId": OTHER}).encode(),
    "another workspace": b'{"workspaceId": "%s", "importsourceId": "SOURCE"}' % OTHER.encode(),
    "ids of other types": b'{"workspaceId": ["WORKSPACE"], "importsourceId": {"SOURCE": 1}}',
    "the other spelling": b'{"workspaceId": "WORKSPACE", "importSourceId": "SOURCE"}',
    "a name twice": b'{"workspaceId": "WORKSPACE", "importsourceId": "%s",'
    b' "importsourceId": "SOURCE"}' % OTHER.encode(),
    "NaN": b'{"workspaceId": "WORKSPACE", "importsourceId": "SOURCE", "n": NaN}',
    "Infinity": b'{"workspaceId": "WORKSPACE", "importsourceId": "SOURCE", "n": -Infinity}',
    "latin-1": b'{"workspaceId": "WORKSPACE", "importsourceId": "SOURCE", "n": "\xe9"}',
    "a byte order mark": b'\xef\xbb\xbf{"workspaceId": "WORKSPACE", "importsourceId": "SOURCE"}',
    "brackets without end": b"[" * 16_000,
    "a number without end": b'{"n": ' + b"1" * 16_000 + b"}",
    "a path": b'{"workspaceId": "../WORKSPACE", "importsourceId": "SOURCE"}',
}


async def test_r13_a_malformed_body_is_400_and_no_row_is_written(door: Door) -> None:
    """Also where its signature is right: what cannot be read in one way only is not read."""
    before = await door.ledger.run(contents)
    for name, body in WRONG_BODIES.items():
        named = body.replace(b"WORKSPACE", door.workspace.encode())
        answer = await door.call(body=named.replace(b"SOURCE", door.source.encode()))
        assert answer.status == 400, name
        await no_effect(door, before, answer)


async def test_r13_a_body_in_a_string_is_taken(door: Door) -> None:
    """Forge hands bodies on as JSON strings, so both forms are right."""
    answer = await door.call(body=json.dumps(door.body.decode()).encode())
    assert answer.status == 200


WRONG_HEADERS: dict[str, tuple[int, dict[str, str | None]]] = {
    "no signature": (401, {"webhook-signature": None}),
    "an empty signature": (401, {"webhook-signature": ""}),
    "a forged signature": (
        401,
        {"webhook-signature": "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    ),
    "another version's": (401, {"webhook-signature": "v1a,AAAA"}),
    "no text": (401, {"webhook-signature": "v1,\xff"}),
    "another id": (401, {"webhook-id": "call-2"}),
    "no id": (401, {"webhook-id": None}),
    "another time": (401, {"webhook-timestamp": "1"}),
    "no time": (401, {"webhook-timestamp": None}),
    "plain text": (415, {"content-type": "text/plain"}),
    "a form": (415, {"content-type": "application/x-www-form-urlencoded"}),
    "no media type": (415, {"content-type": None}),
    "nearly json": (415, {"content-type": "application/jsonp"}),
    "compressed": (415, {"content-encoding": "gzip"}),
    "announced too large": (413, {"content-length": "16385"}),
    "announced far too large": (413, {"content-length": "9" * 18}),
}


async def test_r13_forged_or_unfit_headers_are_refused_and_no_row_is_written(door: Door) -> None:
    """Signed is id, time and body: whoever changes one of them has no signature for it."""
    right = await door.headers()
    before = await door.ledger.run(contents)
    for case, (status, changed) in WRONG_HEADERS.items():
        headers = {**right, **changed}
        answer = await door.call(
            headers={name: value for name, value in headers.items() if value is not None}
        )
        assert answer.status == status, case
        await no_effect(door, before, answer)


async def test_r13_a_stale_call_is_refused_and_no_row_is_written(door: Door) -> None:
    """A call that somebody recorded works for five minutes, and then never again."""
    before = await door.ledger.run(contents)
    for late in (310.0, -3600.0, 86_400.0):
        answer = await door.call(headers=await door.headers(late=late))
        assert answer.status == 400, late
        await no_effect(door, before, answer)


async def test_r13_a_body_that_grows_is_refused_and_no_row_is_written(door: Door) -> None:
    """Without an announced length what arrives is counted."""
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (20_000, b" " * 20_000)
    headers = {**await door.headers(), "transfer-encoding": "chunked"}
    before = await door.ledger.run(contents)
    answer = await door.call(headers=headers, body=body)
    assert answer.status == 413
    await no_effect(door, before, answer)


async def test_r13_another_method_is_405_and_no_row_is_written(door: Door) -> None:
    """A link in a mail, or a preview of it, begins nothing."""
    before = await door.ledger.run(contents)
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = await door.call(method=method)
        assert answer.status == 405, method
    assert await door.ledger.run(contents) == before


WRONG_PATHS = [
    ("/triggers/KEY/", 404),
    ("/triggers//KEY", 404),
    ("//triggers/KEY", 404),
    ("/triggers/x/../KEY", 404),
    ("/triggers/KEY/x", 404),
    ("/triggers/x%2FKEY", 404),
    ("/TRIGGERS/KEY", 404),
    ("/triggers/", 404),
    ("/triggers", 404),
    ("/triggers/KEY%00", 401),
    ("/triggers/KEY%20", 401),
    ("/triggers/KEYx", 401),
    ("/triggers/%25", 401),
    ("/triggers/..", 401),
    ("/triggers/%C3%A9", 401),
    ("/triggers/" + "x" * 5_000, 401),
]


async def test_r13_paths_lead_nowhere_else_and_no_row_is_written(door: Door) -> None:
    """No redirect, no second spelling of an address; 404 and 410 never for a key."""
    before = await door.ledger.run(contents)
    for path, status in WRONG_PATHS:
        answer = await door.call(path=path.replace("KEY", door.key))
        assert answer.status == status, path
        await no_effect(door, before, answer)


async def test_r13_a_wrong_key_and_a_wrong_signature_look_alike(door: Door) -> None:
    """Nobody finds out by the answer whether a key exists."""
    headers = {**await door.headers(), "webhook-signature": "v1,AAAA"}
    known = await door.call(headers=headers)
    unknown = await door.call(headers=headers, path="/triggers/" + "A" * 43)
    assert known.status == unknown.status == 401
    assert known.body == unknown.body
    assert known.headers.keys() == unknown.headers.keys()


async def test_r13_without_a_secret_the_key_the_time_and_an_id_are_asked_for(
    ledger: Ledger,
) -> None:
    """Who cannot sign still names the call and its time, so that a repeat is known as one."""
    async with open_door(ledger, TEXT, signed=False) as door:
        right = await door.headers()
        before = await ledger.run(contents)
        for lacking in ("webhook-id", "webhook-timestamp"):
            headers = {name: value for name, value in right.items() if name != lacking}
            answer = await door.call(headers=headers)
            assert answer.status == 400
            await no_effect(door, before, answer)
        del right["webhook-signature"]
        assert (await door.call(headers=right)).status == 200


async def test_r13_what_is_refused_is_logged_without_the_key(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why, the answer does not; keys, signatures and bodies are in neither."""
    headers = {**await door.headers(), "webhook-signature": "v1,Zm9yZ2VkLXNpZ25hdHVyZQ=="}
    with caplog.at_level("DEBUG"):
        answer = await door.call(headers=headers)
    assert answer.status == 401
    assert "hardware: its signature is missing or wrong" in caplog.text
    for secret in (door.key, "Zm9yZ2Vk", door.source):
        assert secret not in caplog.text
        assert secret not in json.dumps(answer.body)
