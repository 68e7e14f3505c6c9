"""The secrets a definition refers to: whether this process can have them."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from assetferry.definition.document import Definition
from assetferry.definition.model import Model
from assetferry.definition.positions import Path
from assetferry.definition.secrets import SecretMissing, SecretReference, resolve
from assetferry.preflight.finding import Finding

__all__ = ["missing", "references", "secret_findings"]


def references(definition: Definition) -> list[tuple[Path, SecretReference]]:
    """List every reference with its place, in the definition's order."""
    return list(_below((), definition))


def missing(definition: Definition, environ: Mapping[str, str]) -> dict[Path, str]:
    """Say of each reference that this process cannot resolve why not."""
    found: dict[Path, str] = {}
    for path, reference in references(definition):
        try:
            resolve(reference, environ)
        except SecretMissing as error:
            found[path] = str(error)
    return found


def secret_findings(
    known: list[tuple[Path, SecretReference]], lacking: Mapping[Path, str]
) -> Iterator[Finding]:
    """Name those that are there, and place those that are not. Pure."""
    there = sorted({str(reference) for path, reference in known if path not in lacking})
    if there:
        yield Finding(state="ok", message=f"{', '.join(there)}")
    for path, reason in lacking.items():
        yield Finding(
            state="failed",
            message=reason,
            cure="Lanes on other machines need it too, under the same name.",
            path=path,
        )


def _below(path: Path, value: Any) -> Iterator[tuple[Path, SecretReference]]:
    if isinstance(value, SecretReference):
        yield path, value
    elif isinstance(value, Model):
        for name, field in type(value).model_fields.items():
            yield from _below((*path, field.alias or name), getattr(value, name))
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from _below((*path, key), item)
    elif isinstance(value, tuple):
        for index, item in enumerate(cast("tuple[Any, ...]", value)):
            yield from _below((*path, index), item)
