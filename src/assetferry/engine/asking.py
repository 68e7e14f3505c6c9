"""What a new run is made of, from a definition and who asks for it."""

from collections.abc import Mapping

from assetferry.definition.document import Definition
from assetferry.definition.load import content_hash
from assetferry.ledger.creation import NewRun

__all__ = ["asked_run"]

_MARGIN_S = 300.0
"""No chunk may take longer than its deadline, so some time after it there must be progress."""


def asked_run(
    definition: Definition,
    text: str,
    *,
    origin: str,
    scheduled: bool = False,
    overrides: Mapping[str, str] | None = None,
    workspace_id: str | None = None,
    import_source_id: str | None = None,
) -> NewRun:
    """Ask for a run of ``definition``, which was read from ``text``.

    Nobody waits beside a scheduled run: a hold of it is over at once, so that the next one is
    not blocked.
    """
    return NewRun(
        definition=definition.name,
        definition_text=text,
        definition_hash=content_hash(text),
        origin=origin,
        scheduled=scheduled,
        reads=definition.limits.reads,
        sends=definition.limits.sends,
        hold_for=0.0 if scheduled else definition.safety.hold_for,
        stalled_after=definition.limits.time_limit + _MARGIN_S,
        overrides=overrides or {},
        notify=() if definition.notify is None else definition.notify.on,
        workspace_id=workspace_id,
        import_source_id=import_source_id,
    )
