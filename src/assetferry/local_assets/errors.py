"""Every refusal, one class per documented body shape.

    Refusal
    ├── Unauthorized       E1 {"code": 401, "message": …}
    ├── Busy               E2 {"result": "error", "errorCode": …}
    ├── InvalidMapping     E3 {"dataValidationErrors": […]}
    └── General            E4 {"errorMessages": […], "errors": {}}

A refusal is 4xx for whatever a late or wrong client may do, never 5xx, and always has a JSON
body, because working apps parse it (section 3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = [
    "Busy",
    "FolderInUse",
    "General",
    "InvalidMapping",
    "LocalAssetsError",
    "NotOurDatabase",
    "Problem",
    "Refusal",
    "Unauthorized",
    "UnknownExecution",
    "bad_request",
    "not_found",
]


class LocalAssetsError(Exception):
    """The server cannot start or go on; the message says what to do."""


class FolderInUse(LocalAssetsError):
    """Another server holds the data folder."""


class NotOurDatabase(LocalAssetsError):
    """The file is no database of this version of the server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One entry of E3: what is wrong with a mapping document, and where."""

    code: str
    path: str
    """JSON Pointer into the document as submitted."""
    message: str

    def body(self) -> dict[str, str]:
        return {"code": self.code, "path": self.path, "message": self.message}


class Refusal(Exception):
    """A request that is answered with a status of 4xx or 5xx and a JSON body."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


class Unauthorized(Refusal):
    """E1: no, malformed, unknown, replaced or misused credential."""

    def __init__(self, message: str = "Unauthorized") -> None:
        super().__init__(401, {"code": 401, "message": message})


class Busy(Refusal):
    """E2: the import source cannot start, or change its mapping, as it stands."""

    def __init__(self, error_code: str) -> None:
        super().__init__(409, {"result": "error", "errorCode": error_code})


class InvalidMapping(Refusal):
    """E3: a schema-and-mapping document with everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(400, {"dataValidationErrors": [problem.body() for problem in problems]})
        self.problems = tuple(problems)


class General(Refusal):
    """E4: every other refusal, in one sentence."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, {"errorMessages": [message], "errors": {}}, headers)
        self.message = message


class UnknownExecution(General):
    """An execution that this import source does not have; the status may be chosen."""

    def __init__(self, execution_id: str, status: int = 404) -> None:
        super().__init__(status, f"Execution {execution_id} does not exist")
        self.execution_id = execution_id


def bad_request(message: str) -> General:
    """Refuse what the client sent."""
    return General(400, message)


def not_found(kind: str, identifier: object) -> General:
    """Refuse an id that stands for nothing, numeric or not."""
    return General(404, f"{kind} {identifier} does not exist")
