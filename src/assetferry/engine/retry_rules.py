"""Whether a quarantine may be driven again with a definition (pure)."""

from collections.abc import Collection, Sequence

from assetferry.definition.changes import identity_changes
from assetferry.definition.document import Definition
from assetferry.errors import Fatal
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.mapping.used_fields import used_fields

__all__ = ["RetryRefused", "against_retry"]


class RetryRefused(Fatal):
    """Driving this quarantine again could do harm, or could not do what was asked."""

    code = "retry_refused"


def against_retry(
    run: Run,
    later: Run | None,
    *,
    old: Sequence[Definition],
    new: Definition,
    streams: Collection[str],
) -> str | None:
    """Say why the quarantine of ``run`` must not be driven again, and what to do instead.

    ``later`` is a newer full run that was imported, ``old`` the definitions that ``run`` worked
    with, the last one last, ``new`` the one to retry with, ``streams`` those with something in
    quarantine.
    """
    if run.state not in (RunState.DONE, RunState.PARTIAL):
        return (
            f"Run {run.id} is {run.state}: its import has not come about, and so neither can "
            "its quarantine be brought in. Finish it, or run the whole import again."
        )
    if new.assets.missing_objects != "ignore":
        # A retry is an execution with a handful of objects in it.
        return (
            "A retry brings only the quarantined records, and Assets would remove the objects of "
            f"all others: missing_objects is {new.assets.missing_objects!r}. Run the whole import "
            "again; or, if the import source is set in Jira to ignore missing objects, say "
            'missing_objects = "ignore" under [assets].'
        )
    if later is not None:
        return (
            f"Run {later.id} is newer and was imported: what is kept of run {run.id} is older "
            f"than what Assets has. Retry run {later.id} instead."
        )
    if run.definition != new.name:
        return f"The definition is named {new.name!r}, run {run.id} is of {run.definition!r}."
    if changed := identity_changes(old[-1], new):
        return (
            f"{', '.join(changed)}: objects would be told apart in another way than when the run "
            "imported them, and could be doubled. Run the whole import again."
        )
    return _not_kept(run, old, new, streams)


def _not_kept(
    run: Run, old: Sequence[Definition], new: Definition, streams: Collection[str]
) -> str | None:
    for stream in streams:
        if stream not in new.sources:
            return f"The definition has no source {stream!r} any more. Run the whole import again."
        needed = used_fields(new, stream).names
        for kept in (used_fields(one, stream).names for one in old):
            if kept is None or (needed is not None and needed <= kept):
                continue
            missing = "whole records" if needed is None else ", ".join(sorted(needed - kept))
            return (
                f"The definition now reads {missing} of {stream!r}. Run {run.id} did not, and a "
                "quarantine keeps only what its definition read. Run the whole import again."
            )
    return None
