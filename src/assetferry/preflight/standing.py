"""Whether the import source may start (pure)."""

from assetferry.assets.answers import ConfigStatus, ExecutionStatus
from assetferry.preflight.finding import Finding

__all__ = ["standing"]


def standing(status: ConfigStatus, newest: ExecutionStatus | None) -> Finding:
    """Say what the import source's state means; ``newest`` is its newest execution, if known."""
    match status:
        case "IDLE":
            return Finding(state="ok", message="IDLE: it may start")
        case "MISSING_MAPPING":
            return Finding(
                state="note",
                message="MISSING_MAPPING: it has no schema and mapping yet",
                cure="The first run pushes them; so does `assetferry mapping push`.",
            )
        case "RUNNING":
            which = f" ({newest.execution_id} is {newest.state})" if newest else ""
            return Finding(
                state="warning",
                message=f"RUNNING: an execution is active{which}; a new run would end as busy",
                cure="Wait for its end, unless it is of this file's own run: `assetferry run` goes "
                "on with that (`assetferry runs list` knows it). An abandoned one can be "
                "cancelled in Jira.",
                path=("assets",),
            )
        case "DISABLED":
            return Finding(
                state="failed",
                message="DISABLED: somebody has switched the import source off, and it cannot "
                "start",
                cure="Switch it on in Jira: object schema, Import, the source's menu.",
                path=("assets",),
            )
