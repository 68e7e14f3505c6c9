"""What the conformance suite is written in: answers, held against rows of the contract."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

__all__ = ["UNKNOWN", "Answer", "Difference", "among", "expect", "path_of"]

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
