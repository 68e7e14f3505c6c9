"""What may be set: the JSON form of every kind of fault, read strictly."""

from typing import Any, TypeAlias

import msgspec

from assetferry.local_assets.errors import bad_request
from assetferry.local_assets.faults.behind import Close, Token
from assetferry.local_assets.faults.breaking import Cut, Lost, Reset
from assetferry.local_assets.faults.delay import Delay
from assetferry.local_assets.faults.fault import Kind
from assetferry.local_assets.faults.refusing import Entry, Limit
from assetferry.local_assets.faults.status import Status

__all__ = ["KINDS", "read_kind"]

_AnyKind: TypeAlias = Status | Delay | Reset | Lost | Cut | Entry | Limit | Token | Close

KINDS = ("status", "delay", "reset", "lost", "cut", "entry", "limit", "token", "close")
"""Every kind by its name; docs/faults.md has a chapter on each."""


def read_kind(body: dict[str, Any]) -> Kind:
    """Read a fault; 400 names an unknown key, or one that does not fit."""
    if body.get("kind") not in KINDS:
        raise bad_request(f"kind must be one of: {', '.join(KINDS)}")
    try:
        return msgspec.convert(body, type=_AnyKind)
    except msgspec.ValidationError as error:
        raise bad_request(f"Not a fault of kind {body['kind']}: {error}") from error
