"""The options with which a person sets safety limits aside, for one run and with a reason."""

import getpass
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import click

from assetferry.engine.safety import LIMITS

__all__ = ["overriding", "read_overrides"]

F = TypeVar("F", bound=Callable[..., Any])


def overriding(command: F) -> F:
    """Give a command --override and --reason."""
    reason = click.option("--reason", metavar="TEXT", help="Why; it is kept with the run.")
    override = click.option(
        "--override",
        metavar="LIMIT,…",
        help=f"Safety limits to set aside for this run: {', '.join(LIMITS)}.",
    )
    return override(reason(command))


def read_overrides(override: str | None, reason: str | None) -> dict[str, str]:
    """Read both options; raises a usage error where one is missing or a limit is unknown."""
    if override is None:
        if reason is not None:
            raise click.UsageError("--reason goes with --override.")
        return {}
    limits = [limit.strip() for limit in override.split(",")]
    unknown = [limit for limit in limits if limit not in LIMITS]
    if unknown:
        raise click.UsageError(f"{unknown[0]!r} is no safety limit; there are {', '.join(LIMITS)}.")
    if not (reason or "").strip():
        raise click.UsageError("--override needs a --reason: it is kept with the run.")
    return dict.fromkeys(limits, f"{(reason or '').strip()} ({_who()})")


def _who() -> str:
    """Name the person as this machine knows them."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = "somebody"
    return f"{user}@{socket.gethostname()}"
