"""Every command that reports can do so for programs."""

from collections.abc import Iterator

import click
import pytest

from assetferry.cli import main

_TELLS_STORIES = {"demo"}
_WRITES_LINES = {"runs quarantine export"}
"""JSON in any case, one record a line."""


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, *names, name)
        else:
            yield " ".join((*names, name)), found


@pytest.mark.parametrize(("name", "command"), list(commands(main)))
def test_a_command_that_reports_takes_json(name: str, command: click.Command) -> None:
    """All but two of another kind."""
    takes = any("--json" in one.opts for one in command.params)
    assert takes is (name not in _TELLS_STORIES | _WRITES_LINES)
