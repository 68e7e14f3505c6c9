"""What operations are put together from: answers, refusals, parameters."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

__all__ = [
    "EXTERNAL_SOURCE",
    "OBJECTS",
    "Known",
    "Schema",
    "array",
    "below",
    "integer",
    "nullable",
    "operation",
    "query",
    "record",
    "ref",
    "refusal",
    "text",
]

Schema: TypeAlias = dict[str, Any]
Known: TypeAlias = Literal["documented", "observed", "chosen"]
"""Who says that an operation is so: Atlassian, clients that work, or nobody but us."""

EXTERNAL_SOURCE = "import:import-configuration:cmdb"
OBJECTS = "read:cmdb-object:jira"

_REFUSALS: Mapping[int, tuple[str, str]] = {
    400: ("Error", "Something in the request is wrong; the message names it."),
    401: ("Unauthorized", "No valid credential, or its scope does not match."),
    403: ("Error", "The user lacks the permission."),
    404: ("Error", "There is no such thing, or no such workspace."),
    409: ("Conflict", "Not as the import source stands."),
    413: ("Error", "The body is larger than the server takes."),
    415: ("Error", "The body is of another media type than JSON."),
    429: ("Error", "Too many calls; Retry-After says when there is room again."),
    500: ("Error", "Something went wrong on the server."),
}
_ALWAYS = (401, 404, 429, 500)
_WITH_BODY = (400, 413, 415)


def operation(
    name: str,
    summary: str,
    *,
    scope: str,
    ok: Mapping[int, Schema | None],
    body: Schema | None = None,
    body_required: bool = True,
    parameters: Iterable[Schema] = (),
    refused: Iterable[int] = (),
    shapes: Mapping[int, str] | None = None,
    known: Known = "documented",
    container_token: bool = False,
    description: str = "",
) -> Schema:
    """Describe one method of one path.

    ``ok`` maps success codes to bodies, None for an empty one. ``refused`` adds codes to those
    that any call may get; ``shapes`` names another body than usual for a code.
    """
    credentials: list[dict[str, list[str]]] = [{"basic": []}, {"oauth": [scope]}]
    if container_token:
        credentials.insert(0, {"containerToken": []})
    codes = {*_ALWAYS, *refused, *(_WITH_BODY if body is not None else ())}
    made: Schema = {
        "operationId": name,
        "summary": summary,
        "x-known": known,
        "security": credentials,
        "responses": {
            **{str(code): _success(code, content) for code, content in ok.items()},
            **{str(code): refusal(code, (shapes or {}).get(code)) for code in sorted(codes)},
        },
    }
    if description:
        made["description"] = description
    given = list(parameters)
    if given:
        made["parameters"] = given
    if body is not None:
        made["requestBody"] = {
            "required": body_required,
            "content": {"application/json": {"schema": body}},
        }
    return made


def _success(code: int, content: Schema | None) -> Schema:
    made: Schema = {"description": "Done." if content is None else "Here it is."}
    if content is not None:
        made["content"] = {"application/json": {"schema": content}}
    if code == 303:  # noqa: PLR2004 # See Other
        location = {"required": True, "schema": {"type": "string", "format": "uri"}}
        made["headers"] = {"Location": {"description": "Where to ask how it went.", **location}}
    return made


def refusal(code: int, shape: str | None) -> Schema:
    """Describe a refusal, in the shape that its status usually has or in another."""
    usual, description = _REFUSALS[code]
    made: Schema = {
        "description": description,
        "content": {"application/json": {"schema": ref(shape or usual)}},
    }
    if code == 429:  # noqa: PLR2004 # Too Many Requests
        seconds = {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
        made["headers"] = {"Retry-After": {"description": "Seconds.", **seconds}}
    return made


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def below(*names: str) -> list[Schema]:
    """Give the parameters of a path, by their names."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def query(name: str, schema: Schema, description: str) -> Schema:
    """Describe a query parameter; none of them is required."""
    return {"name": name, "in": "query", "description": description, "schema": schema}


def record(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """Describe an object; keys that are not named are allowed, and harm nobody."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def array(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def text(**more: Any) -> Schema:
    return {"type": "string", **more}


def integer(**more: Any) -> Schema:
    return {"type": "integer", **more}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
