"""Identities as short texts (12.3)."""

import hashlib
from collections.abc import Sequence

import msgspec

__all__ = ["identity_key", "identity_part"]

LONGEST_KEY = 64
"""Characters of an identity kept as they are; longer ones become a digest of equal use."""
KEPT = 32


def identity_part(texts: Sequence[str], concatenator: str, *, ignore_case: bool) -> str:
    """Make one text of the values of an attribute that is part of an identity."""
    text = concatenator.join(texts).strip()
    return text.casefold() if ignore_case else text


def identity_key(parts: Sequence[str]) -> str:
    """Make one text of an identity's parts; empty if a part is.

    Several parts are joined as JSON, so that ``a|bc`` and ``ab|c`` differ. A long text keeps
    its beginning where a digest replaces the rest, so that neighbours stay neighbours. A
    shortened text is longer than any that is kept, so the two never meet.
    """
    if not all(parts):
        return ""
    text = parts[0] if len(parts) == 1 else msgspec.json.encode(parts).decode()
    if len(text) <= LONGEST_KEY:
        return text
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return f"{text[:KEPT]}#{digest}"
