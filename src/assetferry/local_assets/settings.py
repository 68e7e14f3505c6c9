"""Every choice the contract leaves open, by name, in one place.

A client must not depend on any of these; they exist so that it can be tested against each
reading. "12.4" and the like are sections of the wire contract.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = [
    "Dedupe",
    "EmptyValues",
    "MissingObjects",
    "SecondPut",
    "Settings",
    "SourceSettings",
    "UnknownValues",
]

Dedupe: TypeAlias = Literal["first", "none"]
SecondPut: TypeAlias = Literal["patch", "conflict"]
EmptyValues: TypeAlias = Literal["IGNORE", "CLEAR"]
UnknownValues: TypeAlias = Literal["IGNORE", "ADD"]
MissingObjects: TypeAlias = Literal["IGNORE", "REMOVE"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How one server behaves."""

    data: Path | None = None
    """The folder that keeps everything; None is a temporary one, gone at the end."""
    host: str = "127.0.0.1"
    port: int = 8700
    """0 lets the system choose one that is free."""
    dedupe: Dedupe = "first"
    """A repeated clientGeneratedId: the first one wins, or each is processed (8.3)."""
    second_put: SecondPut = "patch"
    """A PUT of a mapping where one exists: acts like PATCH, or answers 409 (7.4)."""
    empty_icon_schema: bool = False
    """Imitate the round-trip trap: schema-and-mapping with an empty icon list (7.5)."""
    max_body_bytes: int = 10 * 1024 * 1024
    """A larger request body is answered with 413 (8.3)."""
    max_client_id: int = 255
    """Characters of a clientGeneratedId (8.3)."""
    max_failure_reason: int = 1024
    """Characters of a failureReason (8.8)."""
    max_results: int = 1000
    """Ceiling of maxResults of a search; more is clamped (13.1)."""
    batch_entries: int = 16_384
    """About how many entries processing writes in one transaction."""
    max_error_messages: int = 100
    """Entry errors spelt out per object type; the others are only counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSettings:
    """What a person sets for one import source in its wizard."""

    enabled: bool = True
    concatenator: str = ","
    """Joins the values of several locators of a single-valued attribute (12.2)."""
    empty_values: EmptyValues = "IGNORE"
    """A key that is present but empty leaves the stored value, or clears it (12.4)."""
    unknown_values: UnknownValues = "IGNORE"
    """An unknown select or status value is left out, or added (12.4)."""
    missing_objects: MissingObjects = "IGNORE"
    """Objects of this source that a run did not bring: kept, or deleted (12.3)."""
    missing_threshold: float = 1.0
    """REMOVE deletes nothing of a type where more than this share would go."""
    date_format: str = "yyyy-MM-dd"
    date_time_format: str = "yyyy-MM-dd'T'HH:mm:ss'Z'"
    module_key: str = "rlabs-import-type-external"
