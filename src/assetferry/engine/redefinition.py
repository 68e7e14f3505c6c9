"""Whether a run that has begun may go on with another text of its definition (pure)."""

from assetferry.definition.changes import lasting_changes
from assetferry.definition.document import Definition
from assetferry.definition.load import content_hash
from assetferry.errors import Fatal
from assetferry.ledger.redefining import Redefinition
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState

__all__ = ["RedefinitionRefused", "redefinition"]


class RedefinitionRefused(Fatal):
    """The run cannot go on with this definition: what it has sent would not fit what follows."""

    code = "redefinition_refused"


def redefinition(
    run: Run, *, old: Definition, new: Definition, text: str, origin: str
) -> Redefinition:
    """Say what the run goes on with. Raises RedefinitionRefused with what has changed.

    Before anything was read or asked for, everything but the name may change: a mapping that
    Assets refuses at the start is mended so.
    """
    if run.retry_of is not None:
        raise RedefinitionRefused(
            f"Run {run.id} is a {run.origin}. Cancel it, then: "
            f"assetferry runs quarantine retry {run.retry_of} --definition {origin}"
        )
    changed = lasting_changes(old, new)
    if run.state is RunState.STARTING and run.posts == 0:
        changed = tuple(one for one in changed if one == "name")
    if changed:
        raise RedefinitionRefused(
            f"Run {run.id} cannot go on with {origin}: object types, identities, sources and "
            f"target must stay as they were, and these changed: {', '.join(changed)}. Put them "
            "back, or close the run and begin anew with: assetferry run FILE --new"
        )
    return Redefinition(
        instead_of=run.definition_hash,
        text=text,
        hash=content_hash(text),
        origin=origin,
        reads=new.limits.reads,
        sends=new.limits.sends,
        hold_for=new.safety.hold_for if not run.scheduled else run.hold_for,
        notify=() if new.notify is None else new.notify.on,
    )
