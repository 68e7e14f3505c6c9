"""What pydantic found, said as people need it: the path in the file, what is wrong, the cure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from assetferry.definition.document import Definition
from assetferry.definition.positions import Path, written

__all__ = ["Complaint", "as_table", "complaints", "nearest"]

_UNIONS: tuple[tuple[str, ...], ...] = (
    ("sources", "*", "auth"),
    ("sources", "*", "pagination"),
    ("assets", "user"),
)
"""Where pydantic puts the name of a union's member into the location."""

_MISSING = "is missing"
_TABLE = "a table: { key = value, … }, or a section of its own"
_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "tuple_type": "a list",
    "list_type": "a list",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem that does not know its line yet."""

    path: Path
    message: str
    cure: str
    meant: Path | None = None
    """What an unknown key was probably meant to be; no need to say that it is missing too."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that was probably meant."""
    folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def complaints(errors: Iterable[ErrorDetails]) -> list[Complaint]:
    """Translate pydantic's errors; a key that is only misspelt is not also missing."""
    found = [_complaint(error) for error in errors]
    meant = {one.meant for one in found}
    return [one for one in found if one.message != _MISSING or one.path not in meant]


def _complaint(error: ErrorDetails) -> Complaint:  # one return per kind
    path, model = _place(error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "mistake":
        return Complaint(path, str(context["message"]), str(context["cure"]))
    if kind == "missing":
        return Complaint(path, _MISSING, _add(path))
    if kind == "extra_forbidden":
        return _unknown(path, model)
    if kind == "literal_error":
        return _choice(path, _given(error), _words(str(context["expected"])))
    if kind == "union_tag_invalid":
        return _choice((*path, "type"), str(context["tag"]), _words(str(context["expected_tags"])))
    if kind == "union_tag_not_found":
        return Complaint((*path, "type"), _MISSING, 'Say which kind it is: type = "…".')
    if kind in _EXPECTED:
        expected = _EXPECTED[kind]
        return Complaint(path, f"is not {expected.partition(':')[0]}", f"Write {expected}.")
    if kind in {"too_short", "string_too_short"}:
        return Complaint(path, "is empty or too short", "Name at least one.")
    return Complaint(path, _plain(error["msg"]), "Correct this value.")


def _place(location: tuple[int | str, ...]) -> tuple[Path, type[BaseModel] | None]:
    """Drop pydantic's own marks from a location, and find the model that holds its last key."""
    path: Path = ()
    model: Any = Definition
    holder: type[BaseModel] | None = Definition
    skip = False
    for part in location:
        if skip:
            skip = False
            model = _member(model, str(part))
            continue
        if part == "[key]":
            continue
        model = _certain(model)
        holder = model if isinstance(model, type) and issubclass(model, BaseModel) else None
        path = (*path, part)
        model = _below(model, part)
        skip = any(_matches(path, union) for union in _UNIONS)
    return path, holder


def _certain(annotation: Any) -> Any:
    """Take ``None`` out of an optional model."""
    if get_origin(annotation) is not UnionType:
        return annotation
    given = [one for one in get_args(annotation) if one is not NoneType]
    return given[0] if len(given) == 1 else annotation


def _matches(path: Path, pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(
        wanted in ("*", part) for part, wanted in zip(path, pattern, strict=True)
    )


def _below(model: Any, part: str | int) -> Any:
    """Give the annotation of what ``part`` leads to, as far as anything is known about it."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, field in model.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
        return None
    arguments = get_args(model)
    if arguments and isinstance(part, str):  # a dictionary's values, optional or not
        return arguments[-1]
    return None


def _member(union: Any, tag: str) -> Any:
    """Find the model of a union that pydantic calls ``tag``."""
    found: list[Any] = [union]
    while found:
        candidate = found.pop()
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            kind = candidate.model_fields.get("type")
            words = get_args(kind.annotation) if kind else (_USER_TAGS.get(candidate.__name__),)
            if tag in words:
                return candidate
        found.extend(get_args(candidate))
    return None


_USER_TAGS = {"ApiTokenUser": "api_token", "OAuthUser": "oauth"}


def _add(path: Path) -> str:
    if len(path) == 1 and path[0] in ("assets", "schema"):
        return f"Add the table [{path[0]}]."
    if len(path) == 1 and path[0] in ("sources", "object_types"):
        return f"Add at least one table [{path[0]}.NAME]."
    return f"Add {written(path[-1:])} to {f'[{written(path[:-1])}]' if path[:-1] else 'the top'}."


def _unknown(path: Path, model: type[BaseModel] | None) -> Complaint:
    message = "is not a key that belongs here"
    if model is None:
        return Complaint(path, message, "Take it out.")
    known = [field.alias or name for name, field in model.model_fields.items()]
    guess = nearest(str(path[-1]), known)
    if guess is not None:
        return Complaint(path, message, f"Did you mean {guess}?", (*path[:-1], guess))
    return Complaint(path, message, f"Take it out; known here are {', '.join(known)}.")


def _given(error: ErrorDetails) -> str:
    given: object = error.get("input")
    return given if isinstance(given, str) else ""


def _words(listed: str) -> list[str]:
    return [word.strip(" '") for word in listed.replace(" or ", ", ").split(",") if word.strip()]


def _choice(path: Path, given: str, words: list[str]) -> Complaint:
    guess = nearest(given, words) if given else None
    cure = f"Did you mean {guess}? " if guess else ""
    message = "is none of the values that this key takes"
    if len(words) == 1:
        return Complaint(path, "has only one possible value so far", f'Write "{words[0]}".')
    return Complaint(path, message, f"{cure}Choose one of {', '.join(words)}.")


def _plain(message: str) -> str:
    lowered = message[:1].lower() + message[1:]
    return lowered.removeprefix("input ").replace("should be", "must be")


def as_table(value: Any) -> Mapping[str, Any]:
    """Give a table of the raw document, or an empty one where something else stands."""
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
