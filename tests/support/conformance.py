"""What the conformance suite is written in: calls over plain HTTP, answers held against rows.

Nothing here knows the local server's code; the same calls go to whatever address is given.
"""

import base64
import http.client
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

__all__ = [
    "UNKNOWN",
    "Answer",
    "Difference",
    "Model",
    "Site",
    "among",
    "expect",
    "hosts",
    "path_of",
]

DEADLINE = 60
"""Seconds that an import of a few entries may take, also on a site far away."""
UNKNOWN = "00000000-0000-4000-8000-000000000000"
_ANY: Any = object()


class Difference(AssertionError):
    """The site does something else than the contract says."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


def expect(expected: Any, got: Any) -> None:
    """Compare what a row says with what there is."""
    if expected != got:
        raise Difference(str(expected), str(got))


def among(wanted: Any, found: Iterable[Any]) -> None:
    """Want something to be among others."""
    listed = list(found)
    if wanted not in listed:
        raise Difference(f"{wanted} among them", str(listed)[:400])


def path_of(link: str) -> str:
    """Give the path of a link, to compare it or to call it on the same server."""
    return urlsplit(link).path


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, with what it should have been asked of it."""

    status: int
    body: Any
    headers: dict[str, str]
    ours: bool
    """From the local server, whose words are known; elsewhere only what is documented counts."""

    @property
    def fields(self) -> dict[str, Any]:
        """The body's keys; none where it is no object."""
        body: object = self.body
        return cast("dict[str, Any]", body) if isinstance(body, dict) else {}

    def gives(self, status: int, body: Any = _ANY, *, keys: tuple[str, ...] = ()) -> Any:
        """Want a status, perhaps a body or some of its keys; give the body."""
        if self.status != status:
            raise Difference(str(status), f"{self.status} {json.dumps(self.body)[:200]}")
        if body is not _ANY and self.body != body:
            raise Difference(json.dumps(body), json.dumps(self.body)[:400])
        missing = [key for key in keys if key not in self.fields]
        if missing:
            raise Difference(f"the keys {', '.join(keys)}", json.dumps(self.body)[:400])
        return self.body

    def refuses(self, status: int, sentence: str = "") -> None:
        """Want a refusal in the general shape, E4; the words are the local server's own."""
        self.gives(status)
        if not self.ours:
            return
        body = self.fields
        if set(body) != {"errorMessages", "errors"}:
            raise Difference("a body of the shape E4", json.dumps(self.body))
        if sentence not in str(body["errorMessages"][0]):
            raise Difference(sentence, str(body["errorMessages"][0]))

    def objects_to(self, code: str) -> None:
        """Want a refused mapping, E3, that names this code."""
        self.gives(400)
        problems: list[dict[str, str]] = self.fields.get("dataValidationErrors", [])
        codes = [one["code"] for one in problems]
        if code not in codes:
            raise Difference(code, ", ".join(codes) or json.dumps(self.body)[:200])

    def conflicts(self, code: str) -> None:
        self.gives(409, {"result": "error", "errorCode": code})

    def unauthorized(self, message: str = "Unauthorized") -> None:
        self.gives(401, {"code": 401, "message": message})


@dataclass
class Site:
    """One import source in one workspace, and the credentials for it."""

    url: str
    workspace: str
    source: str
    token: str
    email: str = ""
    api_token: str = ""
    schema: str = ""
    ours: bool = False
    tag: str = ""
    """Goes into every name and external id, so that tests do not meet each other's objects."""
    made: list[str] = field(default_factory=list[str])

    @property
    def base(self) -> str:
        return f"/jsm/assets/workspace/{self.workspace}/v1"

    @property
    def here(self) -> str:
        return f"{self.base}/importsource/{self.source}"

    def app(self, method: str, path: str = "", body: Any = None, **more: Any) -> Answer:
        """Call with the container token, below the import source."""
        return self.call(method, self._path(path), body, f"Bearer {self.token}", **more)

    def user(self, method: str, path: str = "", body: Any = None, **more: Any) -> Answer:
        """Call with the user's Basic credential, below the import source."""
        pair = base64.b64encode(f"{self.email}:{self.api_token}".encode()).decode()
        return self.call(method, self._path(path), body, f"Basic {pair}", **more)

    def view(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Call with the user's credential, below the workspace."""
        return self.user(method, f"{self.base}/{path}", body, **more)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        authorization: str | None = None,
        *,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own; redirects are not followed."""
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        made = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = made(parts.netloc, timeout=DEADLINE)
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json"}
        if content is not None:
            sent["Content-Type"] = "application/json"
        if authorization is not None:
            sent["Authorization"] = authorization
        try:
            connection.request(method, path, content, {**sent, **(headers or {})})
            answer = connection.getresponse()
            return Answer(
                status=answer.status,
                body=_decoded(answer.read()),
                headers={name.lower(): value for name, value in answer.getheaders()},
                ours=self.ours,
            )
        finally:
            connection.close()

    def map(self, document: Mapping[str, Any]) -> None:
        """Submit a mapping, whether there is one already or not."""
        fresh = self.app("GET", "configstatus").gives(200)["status"] == "MISSING_MAPPING"
        self.app("PUT" if fresh else "PATCH", "mapping", document).gives(204)

    def start(self) -> str:
        """Start an execution; give its path."""
        links = self.app("POST", "executions").gives(200, keys=("links",))["links"]
        return path_of(links["cancel"])

    def send(self, execution: str, body: Any) -> Answer:
        return self.app("POST", f"{execution}/data", body)

    def finish(self, execution: str) -> Any:
        """Wait until an execution is done; give its result."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            status = self.app("GET", f"{execution}/status").gives(200)
            if status["status"] == "DONE":
                return status["progressResult"]
            time.sleep(0.01 if self.ours else 2)
        raise Difference("DONE", f"not within {DEADLINE} s")

    def run(self, *chunks: Any) -> Any:
        """Import some chunks; give the result."""
        execution = self.start()
        for chunk in chunks:
            self.send(execution, {"data": chunk}).gives(200)
        self.send(execution, {"completed": True}).gives(200)
        return self.finish(execution)

    def find(self, query: str, parameters: str = "") -> list[Any]:
        """Search; give the objects."""
        found = self.view("POST", f"object/aql{parameters}", {"qlQuery": query})
        return found.gives(200, keys=("values",))["values"]

    def values(self, query: str, attribute_id: str) -> list[list[str]]:
        """Give the values of one attribute of each object that a query finds."""
        return [
            [
                value["displayValue"]
                for one in found["attributes"]
                if one["objectTypeAttributeId"] == attribute_id
                for value in one["objectAttributeValues"]
            ]
            for found in self.find(query)
        ]

    def settle(self) -> None:
        """End what is still running, so that the next test can start."""
        newest = self.app("GET", "executions/status")
        if newest.status == 200 and newest.body["status"] == "INGESTING":
            self.app("DELETE", f"executions/{newest.body['executionId']}")

    def _path(self, path: str) -> str:
        """Leave a path from the root as it is; put others below the import source."""
        return path if path.startswith("/") else f"{self.here}/{path}".removesuffix("/")


class Model:
    """A schema-and-mapping document in the making; everything has the site's tag in it."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.types: list[dict[str, Any]] = []
        self.mappings: list[dict[str, Any]] = []
        self.more: dict[str, Any] = {}

    def name(self, kind: str) -> str:
        """Give the name that an object type has on the site."""
        return f"{kind} {self.tag}"

    def type_id(self, kind: str) -> str:
        return f"{self.tag}/{kind}"

    def attribute_id(self, kind: str, attribute: str) -> str:
        return f"{self.tag}/{kind}/{attribute}"

    def type(
        self, kind: str, attributes: Mapping[str, Mapping[str, Any]], *, under: str = ""
    ) -> "Model":
        """Add a type; without a ``type`` an attribute is text. The first one is the label."""
        made: dict[str, Any] = {
            "externalId": self.type_id(kind),
            "name": self.name(kind),
            "description": "d",
            "attributes": [
                {
                    "externalId": self.attribute_id(kind, name),
                    "name": name,
                    "description": "d",
                    "type": "text",
                    "label": place == 0,
                    **self._pointed(given),
                }
                for place, (name, given) in enumerate(attributes.items())
            ],
        }
        if under:
            parent = next(one for one in self.types if one["externalId"] == self.type_id(under))
            parent.setdefault("children", []).append(made)
        else:
            self.types.append(made)
        return self

    def map(
        self,
        kind: str,
        selector: str,
        locators: Mapping[str, str | list[str]],
        *,
        identity: tuple[str, ...],
        iql: Mapping[str, str] | None = None,
    ) -> "Model":
        """Map a type: attribute name to locator or locators."""
        self.mappings.append(
            {
                "objectTypeExternalId": self.type_id(kind),
                "objectTypeName": self.name(kind),
                "selector": selector,
                "description": "d",
                "attributesMapping": [
                    {
                        "attributeExternalId": self.attribute_id(kind, name),
                        "attributeName": name,
                        "attributeLocators": [where] if isinstance(where, str) else where,
                        **({"externalIdPart": True} if name in identity else {}),
                        **({"objectMappingIQL": iql[name]} if iql and name in iql else {}),
                    }
                    for name, where in locators.items()
                ],
            }
        )
        return self

    def document(self) -> dict[str, Any]:
        return {
            "schema": {
                "objectSchema": {"name": "S", "description": "d", "objectTypes": self.types},
                **self.more,
            },
            "mapping": {"objectTypeMappings": self.mappings},
        }

    def _pointed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Write ``to`` as a reference to a type of this model."""
        made = dict(given)
        if "to" in made:
            made["type"] = "referenced_object"
            made["referenceObjectTypeExternalId"] = self.type_id(made.pop("to"))
        return made


def hosts(tag: str) -> Model:
    """Give a model of one type, Host, with a name that identifies it and a note."""
    return (
        Model(tag)
        .type("Host", {"Name": {}, "Note": {}})
        .map("Host", "hosts", {"Name": "name", "Note": "note"}, identity=("Name",))
    )


def _decoded(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return {"text": content[:200].decode(errors="replace")}
