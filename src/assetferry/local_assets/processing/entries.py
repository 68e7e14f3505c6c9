"""One entry as the object it wants to be, before the store is asked (12.2 to 12.7)."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from assetferry.local_assets.jsonshape import is_list, is_object
from assetferry.local_assets.processing.conversion import Convert, scalar_text
from assetferry.local_assets.processing.locators import ABSENT, Locate, is_empty

__all__ = ["EntryMapper", "Mapped", "Plain", "Reference", "identity_key"]

LONGEST_KEY = 64
"""Characters of an identity kept as they are; longer ones become a digest of equal use."""


class Plain(msgspec.Struct, frozen=True):
    """How one plain attribute is read."""

    name: str
    key: str
    """The attribute id as JSON has it; empty for Key, which is never written."""
    locates: Sequence[Locate]
    convert: Convert
    admit: Callable[[str], str | None] | None
    """For select and status: the name as stored, None to leave the value out."""
    maximum: int
    minimum: int
    is_part: bool
    is_label: bool


class Reference(msgspec.Struct, frozen=True):
    """How the values of one reference's placeholders are read."""

    name: str
    key: str
    locates: Sequence[Locate]
    """One per locator of its query, in order."""


class Mapped(msgspec.Struct):
    """What an entry came to; ``refused`` says why it cannot become an object."""

    identity: str
    attributes: dict[str, list[str]]
    label: str | None
    """None where the entry does not speak of the label."""
    cleared: list[str]
    wanted: dict[str, list[list[str]] | None] | None
    """Per reference the values of its placeholders, None to clear it."""
    refused: bool
    problems: list[str]


class EntryMapper:
    """Turns entries of one object type into what the store compares and writes."""

    def __init__(
        self,
        plain: Sequence[Plain],
        references: Sequence[Reference],
        *,
        concatenator: str,
        clear_empty: bool,
    ) -> None:
        self._plain = plain
        self._references = references
        self._concatenator = concatenator
        self._clear_empty = clear_empty
        self._parts = sum(one.is_part for one in plain)

    def map(self, entry: dict[str, Any]) -> Mapped:
        """Read all attributes of an entry.

        A value that does not fit is left unset and is a problem; if it is needed, the entry
        is refused. An empty identity is told by an empty ``identity``.
        """
        mapped = Mapped("", {}, None, [], None, False, [])  # noqa: FBT003 - a hot path
        parts: list[str] = []
        for attribute in self._plain:
            locates = attribute.locates
            value = locates[0](entry) if len(locates) == 1 else self._several(attribute, entry)
            if value is ABSENT:
                continue
            if is_empty(value):
                if self._clear_empty:
                    mapped.cleared.append(attribute.key)
                continue
            texts = self._texts(attribute, value, mapped)
            if not texts:
                continue
            if attribute.key:
                mapped.attributes[attribute.key] = texts
            if attribute.is_part:
                part = texts[0] if len(texts) == 1 else self._concatenator.join(texts)
                parts.append(part.strip())
            if attribute.is_label:
                mapped.label = texts[0].strip()
        if len(parts) == self._parts:
            mapped.identity = identity_key(parts)
        if self._references:
            self._want(entry, mapped)
        return mapped

    def _texts(self, attribute: Plain, value: Any, mapped: Mapped) -> list[str]:
        """Convert one value or several; count what does not fit."""
        values = value if is_list(value) else [value]
        texts: list[str] = []
        for one in values:
            if is_empty(one):
                continue
            try:
                text = attribute.convert(one)
            except ValueError as error:
                mapped.problems.append(f"{attribute.name}: a value is {error}")
                mapped.refused = mapped.refused or attribute.is_part or attribute.minimum > 0
                continue
            if attribute.admit is not None:
                admitted = attribute.admit(text)
                if admitted is None:
                    continue
                text = admitted
            texts.append(text)
        return self._limited(attribute, texts, mapped)

    def _limited(self, attribute: Plain, texts: list[str], mapped: Mapped) -> list[str]:
        if attribute.maximum != -1 and len(texts) > attribute.maximum:
            mapped.problems.append(
                f"{attribute.name}: {len(texts)} values, at most {attribute.maximum} are allowed"
            )
            mapped.refused = mapped.refused or attribute.is_part or attribute.minimum > 0
            return []
        if 0 < len(texts) < attribute.minimum:
            mapped.problems.append(
                f"{attribute.name}: {len(texts)} values, at least {attribute.minimum} are needed"
            )
            mapped.refused = True
        return texts

    def _several(self, attribute: Plain, entry: dict[str, Any]) -> Any:
        """Join several locators into one value; for a multi-valued attribute each adds (12.2)."""
        found = [value for one in attribute.locates if (value := one(entry)) is not ABSENT]
        if not found:
            return ABSENT
        values: list[Any] = []
        for value in found:
            values += value if is_list(value) else [value]
        if attribute.maximum != 1:
            return values
        for value in values:
            if is_object(value):
                return value
        return self._concatenator.join(scalar_text(one) for one in values if not is_empty(one))

    def _want(self, entry: dict[str, Any], mapped: Mapped) -> None:
        """Note what the references will be looked up by, once all objects are written."""
        wanted: dict[str, list[list[str]] | None] = {}
        for reference in self._references:
            values = [locate(entry) for locate in reference.locates]
            if any(value is ABSENT for value in values):
                continue
            texts = [_reference_texts(value) for value in values]
            if all(texts):
                wanted[reference.key] = texts
            elif self._clear_empty:
                wanted[reference.key] = None
        if wanted:
            mapped.wanted = wanted


def identity_key(parts: Sequence[str]) -> str:
    """Make one short text of the identity's parts; empty if a part is.

    Several parts are joined as JSON, so that ``a|bc`` and ``ab|c`` differ. The text keeps its
    beginning even where a digest replaces the rest, so that neighbours stay neighbours.
    """
    if not all(parts):
        return ""
    text = parts[0] if len(parts) == 1 else msgspec.json.encode(parts).decode()
    if len(text) <= LONGEST_KEY:
        return text
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{text[:32]}#{digest}"


def _reference_texts(value: Any) -> list[str]:
    """Give the texts of a placeholder; what is no scalar matches nothing."""
    values = value if is_list(value) else [value]
    return [_text(one) for one in values if not is_empty(one) and not is_object(one)]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
