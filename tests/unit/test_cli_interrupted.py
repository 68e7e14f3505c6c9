"""Ctrl-C where there is nothing yet to leave in order."""

import asyncio

import pytest
from click.testing import CliRunner

from assetferry.cli import main


def test_a_command_that_is_interrupted_early_has_not_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exit code is that of an interruption, so that a script does the same again."""

    def interrupt(work: object) -> None:
        work.close()  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "run", interrupt)
    result = CliRunner().invoke(main, ["runs", "list"])
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")
