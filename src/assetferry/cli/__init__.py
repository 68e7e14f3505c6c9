"""The command line: one module per command, and the only place that prints."""

from importlib import import_module
from typing import Any

import click

from assetferry import __version__
from assetferry.cli.failure import Failure, failed, unwritten
from assetferry.cli.output import echo_json, let_go, say
from assetferry.errors import FerryError

__all__ = ["main"]

_COMMANDS = ("demo", "check", "run", "runs", "mapping", "schedule", "triggers", "serve", "assets")


class _Commands(click.Group):
    """Imports a command's module only when the command is named: start-up stays short."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        return import_module(f"assetferry.cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_SUMMARIES.items()))

    def invoke(self, ctx: click.Context) -> Any:
        # Before a command is parsed: what it cannot parse is told in this shape too.
        as_json = "--json" in (*ctx._protected_args, *ctx.args)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        try:
            return self._invoked(ctx)
        except click.ClickException as failure:
            if as_json:
                echo_json(failed(failure))
            raise
        except KeyboardInterrupt:
            # Before a command could leave in order, or where it has nothing to leave.
            from assetferry.cli.exits import Exit  # noqa: PLC0415 # takes its time to import

            say("Interrupted.")
            raise SystemExit(Exit.INTERRUPTED) from None

    def _invoked(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FerryError as error:
            raise Failure(error) from error

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """End with a sentence also where stdout, or a file, cannot be written."""
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            failure = unwritten(error)
            if failure is None:
                raise
            Failure(failure).show()
            raise SystemExit(Failure(failure).exit_code) from error
        finally:
            let_go()


_SUMMARIES = {
    "demo": "The whole story on this machine: a source, an Assets server, an import.",
    "check": "Look at everything an import needs, and change nothing.",
    "run": "Run an import, or go on with its unfinished run.",
    "runs": "List, show, resume and cancel runs.",
    "mapping": "Show or push the schema-and-mapping document.",
    "schedule": "Show, set or delete the schedule at which Assets begins runs.",
    "triggers": "Give out and revoke the address by which others begin runs.",
    "serve": "Answer web triggers, and work on the runs they begin.",
    "assets": "Serve the local Assets server.",
}


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="assetferry")
def main() -> None:
    """Bring third-party data into Jira Service Management Assets.

    Exit codes: 0 done, 1 failed, 2 usage or definition, 3 partial, 4 held, 5 busy,
    130 interrupted and can go on.
    """
