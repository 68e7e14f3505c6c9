"""A document from submission to tables: judged as a whole, applied as a whole."""

import sqlite3
from itertools import chain
from typing import Any

from assetferry.local_assets.errors import Busy, InvalidMapping
from assetferry.local_assets.mapping import compatibility, icons, mapped, queries, rules
from assetferry.local_assets.mapping.changes import apply
from assetferry.local_assets.mapping.document import read
from assetferry.local_assets.mapping.known import know
from assetferry.local_assets.mapping.published import violations
from assetferry.local_assets.mapping.unchanging import as_stored
from assetferry.local_assets.settings import MappingSettings
from assetferry.local_assets.store.executions import active_execution
from assetferry.local_assets.store.sources import ImportSource

__all__ = ["submit"]


def submit(
    connection: sqlite3.Connection,
    source: ImportSource,
    given: dict[str, Any],
    settings: MappingSettings,
) -> None:
    """Judge a document and apply it, in the caller's transaction.

    Raises InvalidMapping with everything that is wrong. Meaning is judged only where the
    JSON Schema is content, because before that the shapes are not certain.
    """
    if active_execution(connection, source) is not None:
        raise Busy("IN_PROGRESS")
    shape = violations(given)
    if shape:
        raise InvalidMapping(shape)
    document = read(given)
    known = know(connection, source, document)
    if settings.changed_property == "ignore":
        document = as_stored(document, known)
    problems = list(
        chain(
            rules.check(document),
            icons.check(document),
            compatibility.check(document, known, settings),
            mapped.check(document, known),
        )
    )
    if problems:
        raise InvalidMapping(problems)
    apply(connection, source, document, known)
    # Only now do all attributes exist that the queries may name.
    unanswerable = list(queries.check(connection, source, document))
    if unanswerable:
        raise InvalidMapping(unanswerable)
