"""From the text of a definition to the definition, or to all its mistakes at once."""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from assetferry.definition.checks import check
from assetferry.definition.complaints import Complaint, complaints
from assetferry.definition.document import Definition
from assetferry.definition.draft import draft
from assetferry.definition.positions import Positions, written
from assetferry.definition.problems import DefinitionError, Problem

__all__ = ["content_hash", "load", "read"]

_PLACE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end.*)\)")


def read(file: Path) -> str:
    """Read the text of a definition. Raises DefinitionError where it is none in UTF-8."""
    raw = file.read_bytes()
    try:
        return raw.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        problem = Problem(
            line=raw[: error.start].count(b"\n") + 1,
            key="",
            message="The file is not a text in UTF-8",
            cure="Save it as UTF-8.",
        )
        raise DefinitionError((problem,), origin=str(file)) from None


def load(text: str, *, origin: str) -> Definition:
    """Read a definition; ``origin`` names the text in errors, as a file's path does.

    Raises DefinitionError with every mistake that could be found: those of single values and
    those between sections are reported together. Mistakes in TOML itself come alone, because
    nothing after them can be trusted.
    """
    text = text.removeprefix("\ufeff")
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        _reject_toml(str(error), text, origin)
    definition: Definition | None = None
    found: list[Complaint] = []
    try:
        definition = Definition.model_validate(raw)
    except ValidationError as error:
        found = complaints(error.errors(include_url=False))
    found += check(draft(raw, [one.path for one in found]))
    if definition is None or found:
        _reject(found, Positions(text), origin)
    return definition


def content_hash(text: str) -> str:
    """Fingerprint a definition's text, to tell whether it changed between two runs."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _reject(found: Iterable[Complaint], positions: Positions, origin: str) -> NoReturn:
    problems = {
        Problem(
            line=positions.line(one.path),
            key=written(one.path),
            message=one.message,
            cure=one.cure,
        )
        for one in found
    }
    ordered = sorted(problems, key=lambda one: (one.line or 0, one.key, one.message))
    raise DefinitionError(tuple(ordered), origin=origin) from None


def _reject_toml(message: str, text: str, origin: str) -> NoReturn:
    match = _PLACE.fullmatch(message)
    line = int(match["line"]) if match and match["line"] else text.count("\n") + 1
    column = int(match["column"]) if match and match["column"] else None
    problem = Problem(
        line=line,
        column=column,
        key="",
        message=f"The file is not valid TOML: {match['what'] if match else message}",
        cure="Correct this line: texts, and names with spaces, stand in quotes; each table and key "
        "stands once (see toml.io).",
    )
    raise DefinitionError((problem,), origin=origin) from None
