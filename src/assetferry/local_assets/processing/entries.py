"""One entry as the object it wants to be, before the store is asked (12.2 to 12.7)."""

from collections.abc import Sequence
from typing import Any

import msgspec

from assetferry.local_assets.jsonshape import is_list, is_object
from assetferry.local_assets.processing.admission import Admission
from assetferry.local_assets.processing.conversion import Convert, scalar_text
from assetferry.local_assets.processing.identity import identity_key, identity_part
from assetferry.local_assets.processing.locators import ABSENT, Locate, flat, is_empty
from assetferry.local_assets.processing.quick import Quick
from assetferry.local_assets.settings import SourceSettings

__all__ = ["KEY", "EntryMapper", "Mapped", "Plain", "Reference"]

KEY = "Key"
"""Stands for the system attribute: it may be part of the identity but is never written."""

_encode = msgspec.json.Encoder().encode


class Plain(msgspec.Struct, frozen=True):
    """How one plain attribute is read."""

    name: str
    key: str
    """The attribute id as JSON has it, or KEY."""
    only_key: str | None
    """The entry's key, where the locator is nothing more than that."""
    locates: Sequence[Locate]
    quick: Quick
    convert: Convert
    admission: Admission | None
    """For select and status."""
    maximum: int
    minimum: int
    is_part: bool


class Reference(msgspec.Struct, frozen=True):
    """How the values of one reference's placeholders are read."""

    name: str
    key: str
    locates: Sequence[Locate]
    """One per locator of its query, in order."""


class Mapped(msgspec.Struct, gc=False):
    """What an entry came to, as texts only: a batch holds many, and they stay cheap."""

    identity: str
    """Empty where a part is."""
    label: str | None
    """None where the entry does not speak of the label."""
    attributes: str
    """As stored: JSON, attribute id to a list of texts."""
    cleared: tuple[str, ...] = ()
    wanted: str | None = None
    """JSON: per reference the values of its placeholders, null to clear it."""
    refused: bool = False
    problems: tuple[str, ...] = ()


class _Findings:
    """What the thorough way finds wrong with, or empty in, one entry."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.cleared: list[str] = []
        self.refused = False


class EntryMapper:
    """Turns entries of one object type into what the store compares and writes."""

    def __init__(
        self,
        plain: Sequence[Plain],
        references: Sequence[Reference],
        *,
        label_key: str,
        settings: SourceSettings,
    ) -> None:
        self._plan = [(one.only_key, one.key, one.quick, one) for one in plain]
        self._part_keys = [one.key for one in plain if one.is_part]
        self._writes_key = KEY in self._part_keys
        self._references = references
        self._label_key = label_key
        self._concatenator = settings.concatenator
        self._clear_empty = settings.empty_values == "CLEAR"
        self._joins = settings.several_locators == "JOIN"
        self._ignores_case = settings.ignore_identity_case
        self._skips_unfit = settings.unfit_values == "SKIP_ENTRY"

    def map(self, entry: dict[str, Any]) -> Mapped:
        """Read all attributes of an entry.

        A value that does not fit is left unset and is a problem; if it is needed, the entry
        is refused.
        """
        attributes: dict[str, list[str]] = {}
        findings: _Findings | None = None
        for only_key, key, quick, attribute in self._plan:
            if only_key is None:
                value = self._located(attribute, entry)
            else:
                value = entry.get(only_key, ABSENT)
            if value is ABSENT:
                continue
            text = quick(value)
            if text is not None:
                attributes[key] = [text]
                continue
            findings = findings or _Findings()
            texts = self._texts(attribute, value, findings)
            if texts:
                attributes[key] = texts
        return self._mapped(entry, attributes, findings)

    def _mapped(
        self, entry: dict[str, Any], attributes: dict[str, list[str]], findings: _Findings | None
    ) -> Mapped:
        parts = [self._part(attributes.get(key)) for key in self._part_keys]
        if self._writes_key:
            attributes.pop(KEY, None)
        label = attributes.get(self._label_key)
        mapped = Mapped(
            identity_key(parts),
            None if label is None else label[0].strip(),
            _encode(attributes).decode(),
        )
        if self._references:
            mapped.wanted = self._wanted(entry)
        if findings is not None:
            mapped.cleared = tuple(findings.cleared)
            mapped.refused = findings.refused
            mapped.problems = tuple(findings.problems)
        return mapped

    def _part(self, texts: list[str] | None) -> str:
        if texts is None:
            return ""
        return identity_part(texts, self._concatenator, ignore_case=self._ignores_case)

    def _texts(self, attribute: Plain, value: Any, findings: _Findings) -> list[str]:
        """Convert one value or several, the thorough way; note what does not fit."""
        if is_empty(value):
            if self._clear_empty:
                findings.cleared.append(attribute.key)
            return []
        texts: list[str] = []
        for one in flat(value) if is_list(value) else [value]:
            if is_empty(one):
                continue
            try:
                text = attribute.convert(one)
            except ValueError as error:
                findings.problems.append(f"{attribute.name}: a value is {error}")
                needed = attribute.is_part or attribute.minimum > 0
                findings.refused |= needed or self._skips_unfit
                continue
            admitted = text if attribute.admission is None else attribute.admission.admit(text)
            if admitted is not None:
                texts.append(admitted)
        return self._limited(attribute, texts, findings)

    def _limited(self, attribute: Plain, texts: list[str], findings: _Findings) -> list[str]:
        """Hold several values against the cardinality (12.7)."""
        if attribute.maximum != -1 and len(texts) > attribute.maximum:
            findings.problems.append(
                f"{attribute.name}: {len(texts)} values, at most {attribute.maximum} are allowed"
            )
            findings.refused |= attribute.is_part or attribute.minimum > 0
            return []
        if 0 < len(texts) < attribute.minimum:
            findings.problems.append(
                f"{attribute.name}: {len(texts)} values, at least {attribute.minimum} are needed"
            )
            findings.refused = True
        return texts

    def _located(self, attribute: Plain, entry: dict[str, Any]) -> Any:
        """Make one value of several locators; for a multi-valued attribute each adds (12.2)."""
        if len(attribute.locates) == 1:
            return attribute.locates[0](entry)
        found = [value for one in attribute.locates if (value := one(entry)) is not ABSENT]
        if not found:
            return ABSENT
        values: list[Any] = []
        for value in found:
            values += value if is_list(value) else [value]
        if attribute.maximum != 1:
            return values
        if not self._joins:
            return next((one for one in found if not is_empty(one)), "")
        for value in values:
            if is_object(value):
                return value
        return self._concatenator.join(scalar_text(one) for one in values if not is_empty(one))

    def _wanted(self, entry: dict[str, Any]) -> str | None:
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
        return _encode(wanted).decode() if wanted else None


def _reference_texts(value: Any) -> list[str]:
    """Give the texts of a placeholder; what is no scalar stands for nothing."""
    values = value if is_list(value) else [value]
    return [scalar_text(one) for one in values if not is_empty(one) and not is_object(one)]
