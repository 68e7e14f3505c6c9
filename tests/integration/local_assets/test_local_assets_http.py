"""Details of HTTP that apps of any language meet, spoken byte by byte."""

import contextlib
import copy
import gzip
import json
import logging
import socket
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from assetferry.local_assets import server as serving
from assetferry.local_assets.connection import Connection
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from callbacks import until
from local_documents import HOSTS

DEADLINE = 60


def speak(api: Any, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send these bytes, read until the server closes; give status, headers and body."""
    parts = urlsplit(str(api.url))
    with socket.create_connection((parts.hostname, parts.port), DEADLINE) as connection:
        received = b""
        # What is too much may be cut off by a reset, after the answer or before its end is read.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
        with contextlib.suppress(ConnectionError):
            while more := connection.recv(65_536):
                received += more
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
    return int(first.split()[1]), headers, body


def request(api: Any, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Write a request by the app's token, on a connection that is closed after it."""
    sent = {
        "Host": urlsplit(str(api.url)).netloc,
        "Authorization": f"Bearer {api.source['token']}",
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if body and "Transfer-Encoding" not in sent:
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {one}" for name, one in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def test_head_is_get_without_its_body(api: Any) -> None:
    """The length tells what GET would give; where there is no GET, there is no HEAD."""
    path = f"{api.here}/configstatus"
    status, headers, body = speak(api, request(api, "HEAD", path))
    _, _, whole = speak(api, request(api, "GET", path))
    assert (status, int(headers["content-length"]), body) == (200, len(whole), b"")
    status, headers, body = speak(api, request(api, "HEAD", f"{api.here}/executions"))
    assert (status, headers["allow"], body) == (405, "POST", b"")


def test_options_is_refused_with_what_is_allowed(api: Any) -> None:
    """No page of a browser is meant to come this way."""
    status, headers, _ = speak(api, request(api, "OPTIONS", f"{api.here}/mapping"))
    assert (status, set(headers["allow"].split(", "))) == (405, {"PUT", "PATCH"})


@pytest.mark.parametrize("prefix", ["/jsm/assets", "/jsm/insight", "/ex/jira/c/jsm/assets"])
def test_a_slash_too_many_is_another_path(api: Any, prefix: str) -> None:
    """It is not there: no redirect, which would turn a POST of some clients into a GET."""
    path = str(api.here).replace("/jsm/assets", prefix, 1)
    for method, below in (("GET", "configstatus/"), ("POST", "executions/"), ("GET", "")):
        status, headers, body = speak(api, request(api, method, f"{path}/{below}"))
        assert (status, headers["content-type"]) == (404, "application/json"), below
        assert json.loads(body)["errorMessages"] == ["Not found"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/configstatus?" + "a=b&" * 10_000, 200),
        ("/configstatus?async=%ff%zz&%", 200),
        ("/%ff%zz", 404),
        ("/executions/%00/status", 404),
        ("/executions/%2e%2e/status", 404),
    ],
)
def test_odd_addresses(api: Any, path: str, status: int) -> None:
    """Long queries and wrong escapes are answered like any other text."""
    found, headers, _ = speak(api, request(api, "GET", api.here + path))
    assert (found, headers["content-type"]) == (status, "application/json")


@pytest.mark.parametrize("given", ["9" * 18, "9" * 19, "9" * 5_000, "٣", "-1", "1.0", "0x1"])
@pytest.mark.parametrize(
    "path",
    [
        "importsource/objectschema/{}",
        "objectschema/{}",
        "objecttype/{}",
        "object/{}",
        "config/statustype?objectSchemaId={}",
    ],
)
def test_ids_that_stand_for_nothing(api: Any, path: str, given: str) -> None:
    """However long or odd a number is, it is one that does not exist."""
    reply = api.call("GET", f"{api.workspace}/{path.format(quote(given))}", user=True)
    assert reply.status == 404
    assert reply.body["errorMessages"][0].endswith("does not exist")
    place = f"/_local/workspaces/{api.source['workspaceId']}/importsources"
    made = api.call("POST", place, {"objectSchemaId": given, "name": "x"}, token="")
    assert made.status == 404


@pytest.mark.parametrize(
    "what",
    [b"NONSENSE\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"],
    ids=["no request", "no address", "no host"],
)
def test_what_is_no_http_gets_json_too(api: Any, what: bytes) -> None:
    """Every refusal has a JSON body, also the one before there is a request."""
    status, headers, body = speak(api, what)
    assert (status, headers["content-type"]) == (400, "application/json")
    assert json.loads(body)["errorMessages"]


def test_bodies_in_pieces_are_put_together(api: Any) -> None:
    """Transfer-Encoding: chunked is taken, as streaming clients send it."""
    api.put_mapping(HOSTS)
    body = b'A\r\n{"schedule\r\n9\r\nd": true}\r\n0\r\n\r\n'
    sent = request(
        api,
        "POST",
        f"{api.here}/executions",
        body,
        Content_Type="application/json",
        **{"Transfer-Encoding": "chunked"},
    )
    status, _, _ = speak(api, sent)
    assert status == 200


def test_compressed_bodies_are_refused_as_such(api: Any) -> None:
    """415 names the encoding; it is not taken for broken JSON."""
    api.put_mapping(HOSTS)
    body = gzip.compress(b"{}")
    path = f"{api.here}/executions"
    status, _, told = speak(api, request(api, "POST", path, body, Content_Encoding="gzip"))
    assert status == 415
    assert "Content-Encoding" in json.loads(told)["errorMessages"][0]
    status, _, _ = speak(api, request(api, "POST", path, b"{}", Content_Encoding="identity"))
    assert status == 200


def test_a_client_that_leaves_in_mid_body_is_no_error_of_ours(
    api: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is logged, nothing started, and the server goes on."""
    api.put_mapping(HOSTS)
    whole = request(api, "POST", f"{api.here}/executions", b"{}")
    parts = urlsplit(str(api.url))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with socket.create_connection((parts.hostname, parts.port), DEADLINE) as connection:
                connection.sendall(whole[:-1])
        assert speak(api, request(api, "GET", f"{api.here}/configstatus"))[0] == 200
        assert api.call("GET", f"{api.here}/executions/status").status == 404
    assert caplog.records == []


def test_links_keep_a_cloud_id_that_needs_escapes(api: Any) -> None:
    """The link leads back to where it came from."""
    prefix = "/ex/jira/a%20b%3F/jsm/assets"
    found = api.call("GET", f"{prefix}/v1/imports/info").body
    link = found["links"]["getStatus"]
    assert "/ex/jira/a%20b%3F/" in link
    assert api.call("GET", link).status == 200


def test_answers_do_not_wait_for_acknowledgements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each accepted connection has TCP_NODELAY: without it small answers take 40 ms."""
    made: list[int] = []

    class Noted(Connection):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            option = transport.get_extra_info("socket").getsockopt
            made.append(option(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(serving, "Connection", Noted)
    with LocalAssets(Settings(port=0)) as server:
        parts = urlsplit(server.url)
        with socket.create_connection((parts.hostname, parts.port), DEADLINE):
            until(lambda: made)
    assert all(made)


@pytest.mark.parametrize("depth", [100, 400, 900, 100_000])
def test_documents_nested_deep_are_answered(api: Any, depth: int) -> None:
    """However deep a mapping or a chunk goes, it is taken or refused, never a 5xx."""
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    path = f"{api.here}/mapping"
    whole = json.dumps(HOSTS).encode()[:-1] + b',"unknown":' + deep + b"}"
    assert api.call("PUT", path, raw=whole).status in (204, 400)
    api.put_mapping(HOSTS)
    execution = api.start()
    lists = b"[" * depth + b'"x"' + b"]" * depth
    entries = b'[{"name":"a","more":' + deep + b'},{"name":' + lists + b"}]"
    sent = api.call("POST", f"{execution}/data", raw=b'{"data":{"hosts":' + entries + b"}}")
    assert sent.status in (200, 400)
    assert api.call("POST", f"{execution}/data", {"completed": True}).status == 200
    result = api.result(execution)
    assert "Something went wrong" not in str(result["errorMessages"])


PLACES = [
    ("schema", "externalId"),
    ("schema", "attributes", "externalId"),
    ("schema", "attributes", "referenceObjectTypeExternalId"),
    ("mapping", "objectTypeExternalId"),
    ("mapping", "attributesMapping", "attributeExternalId"),
]


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize("place", PLACES, ids="/".join)
def test_an_empty_external_id_is_refused(api: Any, place: tuple[str, ...], empty: str) -> None:
    """Wherever it stands, the answer is a 400 that names it; everything goes on."""
    document = copy.deepcopy(HOSTS)
    half, *way, key = place
    (holder,) = (
        document["schema"]["objectSchema"]["objectTypes"]
        if half == "schema"
        else document["mapping"]["objectTypeMappings"]
    )
    for step in way:
        (holder,) = holder[step]
    if key.startswith("reference"):
        holder |= {"type": "referenced_object", "label": False}
    holder[key] = empty
    for method in ("PUT", "PATCH"):
        reply = api.call(method, f"{api.here}/mapping", document)
        assert reply.status == 400
        found = {one["path"].rpartition("/")[2] for one in reply.body["dataValidationErrors"]}
        assert key in found
    api.put_mapping(HOSTS)


def test_a_silent_patch_leaves_what_it_does_not_name(api: Any) -> None:
    """Allowed statuses, cardinality and uniqueness stay; the label that moves on is free again."""
    document = copy.deepcopy(HOSTS)
    (kind,) = document["schema"]["objectSchema"]["objectTypes"]
    state = {
        "externalId": "attribute/state",
        "name": "State",
        "description": "d",
        "type": "status",
        "typeValues": ["Active"],
    }
    title = {**kind["attributes"][0], "externalId": "attribute/title", "name": "Title"}
    mails = {
        "externalId": "attribute/mail",
        "name": "Mail",
        "description": "d",
        "type": "email",
        "maximumCardinality": -1,
        "unique": True,
    }
    kind["attributes"] += [state, {**title, "label": False}, mails]
    (mapping,) = document["mapping"]["objectTypeMappings"]
    mapping["attributesMapping"].append(
        {
            "attributeExternalId": "attribute/title",
            "attributeName": "Title",
            "attributeLocators": ["title"],
        }
    )
    mapping["attributesMapping"][0]["externalIdPart"] = False
    mapping["attributesMapping"][1]["externalIdPart"] = True
    api.put_mapping(document)
    del state["typeValues"], mails["maximumCardinality"], mails["unique"]
    kind["attributes"][0]["label"] = False
    kind["attributes"][2]["label"] = True
    assert api.call("PATCH", f"{api.here}/mapping", document).status == 204
    read = api.call("GET", f"{api.here}/schema-and-mapping").body
    (host,) = read["schema"]["objectSchema"]["objectTypes"]
    found = {one["name"]: one for one in host["attributes"]}
    assert found["State"]["typeValues"] == ["Active"]
    assert (found["Mail"]["maximumCardinality"], found["Mail"]["unique"]) == (-1, True)
    assert (found["Name"]["minimumCardinality"], found["Title"]["minimumCardinality"]) == (0, 1)
    result = api.run({"hosts": [{"title": "a"}]})
    assert (result["result"], len(api.search("objectType = Host"))) == ("OK", 1)
