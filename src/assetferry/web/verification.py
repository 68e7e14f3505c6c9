"""Whether a call may begin a run, decided before anything is done about it (R13). Pure.

Who does not know a key and who knows it but not the secret are told the same: whether a key
exists is nobody's business.
"""

import re
from collections.abc import Mapping
from typing import Any

from assetferry.ledger.triggers import Trigger
from assetferry.outbound.signature import SigningKey
from assetferry.web.refusal import Refusal
from assetferry.web.slot import Kept, due_slot

__all__ = ["WINDOW_S", "check_names", "scheduled_slot", "signed_slot"]

WINDOW_S = 300.0
"""How far the time that a caller states may lie from ours."""
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_TIME = re.compile(r"[0-9]{1,12}")


def signed_slot(
    headers: Mapping[str, str],
    body: bytes,
    *,
    key: SigningKey | None,
    now: float,
) -> str:
    """Check the headers of Standard Webhooks; give the slot that the call is for.

    A caller names the call by ``webhook-id`` and says when it was made; the same id is the
    same call. ``key`` is that of the definition, if it has one: then all of it must be signed.
    Raises Refusal.
    """
    call, time = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if key is not None and not key.fits(headers.get("webhook-signature", ""), call, time, body):
        raise unauthorized("its signature is missing or wrong")
    if not _ID.fullmatch(call) or not _TIME.fullmatch(time):
        raise Refusal(400, "bad_request", "it lacks webhook-id or webhook-timestamp")
    if abs(int(time) - now) > WINDOW_S:
        raise Refusal(400, "stale", "its webhook-timestamp is not of now")
    return f"call:{call}"


def scheduled_slot(schedule: Mapping[str, Any], *, now: float) -> str:
    """Give the due time that Assets calls for, by the schedule it was given with the key.

    It cannot sign, and states neither an id nor a time. Raises Refusal.
    """
    slot = due_slot(Kept.of(schedule), now)
    if slot is None:
        raise Refusal(400, "stale", "its schedule is not due")
    return slot


def check_names(body: Mapping[str, Any], trigger: Trigger) -> None:
    """See that the call names the import source that its key is for. Raises Refusal.

    The lower-case s is Assets' own. Keys beside the two are let pass: Assets may add some.
    """
    named = (body.get("workspaceId"), body.get("importsourceId"))
    if named != (trigger.workspace_id, trigger.import_source_id):
        raise Refusal(400, "bad_request", "it names another workspace or import source")


def unauthorized(because: str) -> Refusal:
    """Refuse a caller who has not shown that they may call, whatever is missing."""
    return Refusal(401, "unauthorized", because)
