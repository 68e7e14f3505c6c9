"""``assetferry check``: everything a run needs, looked at before it is needed."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from assetferry.cli.exits import Exit
from assetferry.cli.output import echo_json
from assetferry.definition.load import read
from assetferry.definition.problems import DefinitionError
from assetferry.outbound.redaction import excerpt
from assetferry.preflight.checkup import check
from assetferry.preflight.finding import State, Step
from assetferry.preflight.report import Report, misdefined
from assetferry.preflight.samples import Sample

__all__ = ["command"]

_MARKS: dict[State, str] = {"ok": "✓", "note": "·", "warning": "!", "failed": "✗", "skipped": "?"}
_PLAIN: dict[State, str] = {"ok": "+", "note": "-", "warning": "!", "failed": "x", "skipped": "?"}
"""For a terminal whose encoding has no such signs."""
_STEP = 14
"""Columns of a step's name."""
_LONGEST = 2000
_VALUE = 60
"""Characters of one value that a sample shows."""


@click.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--notify", is_flag=True, help="Also tell whom [notify] names, as a test.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(file: Path, *, notify: bool, as_json: bool) -> None:
    """Check FILE and everything it refers to, and change nothing.

    Looks at the definition, secrets, egress, credentials, the import source, what a push of the
    mapping would do, the first page of every source, and what becomes of its records.
    """
    report = _checked(file, _keep_quiet if as_json else _show, notify=notify)
    if as_json:
        echo_json(report.as_json())
    else:
        _show_samples(report.samples)
        _conclude(report, file)
    if report.places is None:
        raise SystemExit(Exit.USAGE)
    raise SystemExit(Exit.DONE if report.ok else Exit.FAILED)


def _checked(file: Path, tell: Callable[[Step], None], *, notify: bool) -> Report:
    try:
        text = read(file)
    except DefinitionError as error:
        return misdefined(error, tell)
    checking = check(text, origin=str(file), environ=os.environ, tell=tell, notify=notify)
    return asyncio.run(checking)


def _keep_quiet(_: Step) -> None:
    """Say nothing: the whole report is printed at the end."""


def _show(step: Step) -> None:
    indent = " " * (_STEP + 3)
    name = step.step.replace("_", " ")
    lines = [f"{_mark(step.state)} {name:<{_STEP}} {_clean(step.message)}"]
    if step.state in ("warning", "failed") and (step.line is not None or step.key):
        line = [f"line {step.line}"] if step.line is not None else []
        lines.append(indent + ", ".join([*line, *([step.key] if step.key else [])]))
    if step.cure:
        lines.append(indent + _clean(step.cure))
    click.echo("\n".join(lines))


def _mark(state: State) -> str:
    encoding = sys.stdout.encoding or "ascii"
    try:
        "".join(_MARKS.values()).encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return _PLAIN[state]
    return _MARKS[state]


def _clean(text: str) -> str:
    """Keep what others wrote from steering the terminal."""
    return excerpt(text, limit=_LONGEST)


def _show_samples(samples: list[Sample]) -> None:
    if not samples:
        return
    click.echo(f"\n{len(samples)} of the objects as they would arrive:")
    for one in samples:
        place = f"record {one.record} of {one.source}"
        click.echo(f"  {one.object_type}: {excerpt(one.label, limit=_VALUE)}  ({place})")
        for name, value in one.attributes.items():
            click.echo(f"      {name}: {_value(value)}")


def _value(value: Any) -> str:
    match value:
        case {"object_type": target, "attribute": attribute, "equals": wanted}:
            return f"the {target} whose {attribute} is {_value(wanted)}"
        case list():
            return " | ".join(_value(one) for one in value)  # pyright: ignore[reportUnknownVariableType]
        case _:
            return excerpt(str(value), limit=_VALUE)


def _conclude(report: Report, file: Path) -> None:
    warnings = sum(step.state == "warning" for step in report.steps)
    told = f" {warnings} warning{'' if warnings == 1 else 's'}." if warnings else ""
    if report.ok:
        click.echo(f"\nReady, and nothing was changed.{told} Import it: assetferry run {file}")
    else:
        count = f"{report.failures} thing{'' if report.failures == 1 else 's'}"
        click.echo(f"\n{count} would stop a run.{told} Nothing was changed.")
