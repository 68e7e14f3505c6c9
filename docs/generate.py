"""Write the reference pages that follow from the code: the definition and the command line.

    python docs/generate.py

Run it after a change to the definition's models or to a command. A test compares the pages
with what this would write, so they cannot drift.
"""
# ruff: noqa: INP001 # a script beside the pages it writes

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import click

from assetferry.cli import main
from assetferry.cli.choices import Setting, settings_of
from assetferry.definition.document import json_schema
from assetferry.local_assets.settings import Settings, SourceSettings
from assetferry.local_assets.settings.executions import ExecutionSettings
from assetferry.local_assets.settings.general import GeneralSettings
from assetferry.local_assets.settings.limits import LimitSettings
from assetferry.local_assets.settings.mappings import MappingSettings
from assetferry.local_assets.settings.schedules import ScheduleSettings

REFERENCE = Path(__file__).parent / "reference"
SERVER_SETTINGS = Path(__file__).parent / "local-server-settings.md"
NOT_ACTED_ON: Mapping[str, str] = {
    "schedule.every": r"\bschedule\.every\b",
    "schedule.days": r"\bschedule\.days\b",
    "assets.user.cloud_id": r"\.cloud_id\b",
    "assets.user.client_id": r"\.client_id\b",
    "assets.user.client_secret": r"\.client_secret\b",
    "assets.user.refresh_token": r"\.refresh_token\b",
}
"""Keys that are read and checked, while nothing acts on them yet; with what code that did would
have to say. A test sees to it that a key leaves this list when something does."""

_PLACEHOLDER = {"sources": "NAME", "object_types": "NAME", "statuses": "NAME", "hosts": "HOST"}

_FORMATS = {"jmespath": "JMESPath", "uri": "address"}

_DEFINITION = """# The definition

Generated from the models by `python docs/generate.py`; a test keeps it so.

A definition is one TOML file. Keys that are not listed here are errors, and so is a value of
another type: `"5"` is no number. Every mistake of a file is reported in one pass, with its line,
its key and a cure. A whole example is in
[examples/hardware.toml](../../examples/hardware.toml); how the parts of a source go together is in
[How to read from a REST source](../howto-rest-source.md).

How values are written:

| Kind | Written as |
|---|---|
| secret | a reference, never the value: `"env:NAME"` or `"file:/full/path"` |
| duration | a number and `s`, `min`, `h` or `d`: `"15 min"` |
| size | a number and `B`, `kB`, `KiB`, `MB`, `MiB` or `GB`: `"1 MiB"` |
| share | `"20%"`, or a number from 0 to 1 |
| JMESPath | an expression ([jmespath.org](https://jmespath.org)); a plain `owner.email` is one |
| name | as people see it in Assets; in quotes where it has a space |

Read and checked, but **not acted on yet**: {missing}.
A file that has them runs as if they were not there.
"""

_CLI = """# The command line

Generated from the commands by `python docs/generate.py`; a test keeps it so.

Progress goes to stderr, results go to stdout. The exit code is the contract with scripts:

| Exit code | Meaning |
|---|---|
| 0 | done |
| 1 | failed, or cancelled |
| 2 | wrong usage, or mistakes in the definition |
| 3 | partial: imported, but not everything; `runs show` says what |
| 4 | held: waits for a person, nothing is lost; `runs resume` goes on |
| 5 | busy: another import of the same import source is active |
| 130 | interrupted; the same command goes on where it stood |

Errors are explained in [errors.md](errors.md), environment variables in [settings.md](settings.md).
"""


_SERVER = """# Settings of the local Assets server

Generated from the settings by `python docs/generate.py`; a test keeps it so.

Where Atlassian's documents and the clients known to work leave something open, or contradict each
other, the server has a setting, so that an import app can be tested against each reading. An app
should work with all of them.

How to choose: an option of `assetferry assets`; a field of
`assetferry.local_assets.settings.Settings` from Python (the name with `_`).
"""

_TOPICS: tuple[tuple[str, Any], ...] = (
    ("The server, credentials, refusals, search", GeneralSettings),
    ("Schema and mapping", MappingSettings),
    ("Executions", ExecutionSettings),
    ("Schedules", ScheduleSettings),
    ("Limits", LimitSettings),
)

_SERVER_CONSTANTS = """
## What is fixed

Some of what is open has no setting, because an app that is right under one reading is right under
the other, or because nobody has said what the other would be:

| Choice | Why it is fixed |
|---|---|
| Wording of messages; the field `path` of mapping problems | No app may read it |
| `400` for bodies that are no JSON object, `405`, `415`, `404` for unknown routes and workspaces \
| Mistakes of the app itself; each is the status HTTP has for it |
| Codes `INVALID_CARDINALITY`, `INVALID_SCHEMA`, `MISSING_EXTERNAL_ID_PART`, \
`INVALID_OBJECT_MAPPING_IQL`, `SYSTEM_ATTRIBUTE` | A mapping that would not do what it says is \
better refused; the documented status is 400 either way |
| `409` to a mapping sent while an execution runs | What an execution under a changed mapping \
would do has no known meaning |
| Chunks are processed in order of arrival, the first entry of an identity wins | An app that \
sends an identity twice in a run cannot rely on either |
| Empty identities and labels are skipped and counted | The counters are documented |
| Paths in locators and selectors, how scalars become text, forms of dates | Needed to read an \
entry at all; plain names and plain values avoid the question |
| WEEKLY is every seventh day | No field names weekdays |
| `startTime` needs an offset and lies in the future | Without an offset it is no instant |
| `400` to `import/start` of an external import source | It has no data of its own to start with |
| AQL: `!=` and `NOT IN` match where no value does, AND before OR, 10,000 characters, nesting of \
50 | What the grammar leaves open |
"""

_SERVER_SOURCES = """## Of import sources

The options hold for import sources that are made without settings of their own. One import source
is set by these keys in the body of `POST /_local/importsource`, or later:

```text
curl -X PATCH $URL/_local/workspaces/$WORKSPACE/importsources/$SOURCE \\
     -H 'Content-Type: application/json' -d '{"emptyValues": "CLEAR"}'
```
"""


def pages() -> dict[Path, str]:
    """Give the text of every generated page."""
    return {
        REFERENCE / "definition.md": _definition(),
        REFERENCE / "cli.md": _command_line(),
        SERVER_SETTINGS: _server_settings(),
    }


def _definition() -> str:
    schema = json_schema()
    missing = ", ".join(f"`{key}`" for key in NOT_ACTED_ON)
    return "\n".join([_DEFINITION.format(missing=missing), *_section((), schema, schema)])


def _section(path: tuple[str, ...], model: Mapping[str, Any], schema: Any) -> Iterator[str]:
    """Write a table of one model's keys, then the tables below it."""
    yield f"## {_title(path)}\n"
    if path:
        yield f"{_sentence(model['description'])}\n"
    yield from _table(model, path)
    for key, value in model["properties"].items():
        below = (*path, key, *([_PLACEHOLDER[key]] if key in _PLACEHOLDER else []))
        if key == "attributes":
            below = (*path, "attributes", '"NAME"')
        found = _models(value, schema)
        for one in found:
            if len(found) > 1:
                yield from _member(below, one)
            else:
                yield from _section(below, one, schema)


def _member(path: tuple[str, ...], model: Mapping[str, Any]) -> Iterator[str]:
    """Write one of the tables that may stand at a place."""
    kind = model["properties"].get("type", {}).get("const")
    name = f'type = "{kind}"' if kind else model["required"][0]
    yield f"### {_title(path)} with `{name}`\n"
    yield f"{_sentence(model['description'])}\n"
    yield from _table(model, path)


def _table(model: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    required = model.get("required", [])
    yield "| Key | Takes | Default | Meaning |"
    yield "|---|---|---|---|"
    for key, value in model["properties"].items():
        default = "**required**" if key in required else _default(value)
        meaning = value.get("description", "")
        if ".".join((*path, key)) in NOT_ACTED_ON:
            meaning += " *Not acted on yet.*"
        cells = (f"`{key}`", _kind(value), default, meaning)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield ""


def _models(value: Mapping[str, Any], schema: Any) -> list[Mapping[str, Any]]:
    """Find the models that a key may hold, directly or by name."""
    if "$ref" in value:
        return [schema["$defs"][value["$ref"].rpartition("/")[2]]]
    places: list[Any] = [
        *value.get("anyOf", []),
        *value.get("oneOf", []),
        *value.get("patternProperties", {}).values(),
        value.get("additionalProperties"),
    ]
    tables = [cast("dict[str, Any]", place) for place in places if isinstance(place, dict)]
    return [model for place in tables for model in _models(place, schema)]


def _kind(value: Mapping[str, Any]) -> str:
    """Say what a key takes, in the words of the page's first table."""
    choices = [one for one in value.get("anyOf", [value]) if one.get("type") != "null"]
    if len(choices) == 1 and choices[0] is not value:
        return _kind(choices[0])
    if "const" in value:
        return f'`"{value["const"]}"`'
    if "enum" in value:
        return ", ".join(f'`"{one}"`' for one in value["enum"])
    if "$ref" in value or "oneOf" in value:
        return "table"
    if len(choices) > 1:
        return "share" if any("maximum" in one for one in choices) else "table"
    return _plain(value)


def _plain(value: Mapping[str, Any]) -> str:
    pattern, kind = value.get("pattern", ""), value.get("type")
    if "env:" in pattern:
        return "secret" if "https" not in pattern else "address or secret"
    for mark, name in (("|min|", "duration"), ("|KiB|", "size"), ("?%$", "share")):
        if mark in pattern:
            return name
    if value.get("format") in _FORMATS:
        return _FORMATS[value["format"]]
    if kind == "object":
        return "tables by name" if _named_tables(value) else "table"
    if kind == "array":
        return "list"
    if isinstance(kind, list):
        return "text, number or boolean"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return words.get(str(kind), str(kind)) + _range(value)


def _named_tables(value: Mapping[str, Any]) -> bool:
    below = value.get("additionalProperties")
    return "patternProperties" in value or (isinstance(below, dict) and "$ref" in below)


def _range(value: Mapping[str, Any]) -> str:
    low, high = value.get("minimum"), value.get("maximum")
    if low is None:
        return ""
    return f", {low} to {high}" if high is not None else f", {low} or more"


def _default(value: Mapping[str, Any]) -> str:
    found = value.get("default")
    if found is None or found in ([], {}):
        return ""
    match found:
        case bool():
            return f"`{str(found).lower()}`"
        case str():
            return f'`"{found}"`'
        case _:
            return f"`{_measured(found, _kind(value))}`"


def _measured(found: float, kind: str) -> str:
    """Write a default as one would write it in the file."""
    if kind.startswith("duration"):
        for size, unit in ((3600, "h"), (60, "min")):
            if found % size == 0:
                return f'"{found / size:.0f} {unit}"'
        return f'"{found:.0f} s"'
    if kind.startswith("size"):
        return f'"{found / 1024**2:.0f} MiB"'
    return f'"{found:.0%}"' if kind == "share" else str(found)


def _title(path: tuple[str, ...]) -> str:
    return f"`[{'.'.join(path)}]`" if path else "At the top"


def _sentence(text: str) -> str:
    return text.split("\n\n", maxsplit=1)[0].replace("\n", " ").replace("``", "`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _server_settings() -> str:
    return "\n".join(
        [
            _SERVER,
            *(line for topic in _TOPICS for line in _topic(*topic)),
            _SERVER_SOURCES,
            "| Option | Key | Default | Meaning | What is known |",
            "|---|---|---|---|---|",
            *(_setting(one, one.flag, one.key) for one in settings_of(SourceSettings)),
            _SERVER_CONSTANTS,
        ]
    )


def _topic(title: str, kind: type[Settings]) -> Iterator[str]:
    own = {one.name for one in fields(kind)}
    yield f"## {title}\n"
    yield "| Option | Default | Meaning | What is known |"
    yield "|---|---|---|---|"
    yield from (_setting(one, one.flag) for one in settings_of(Settings) if one.name in own)
    yield ""


def _setting(setting: Setting, *names: str) -> str:
    default = "" if setting.default is None else f"`{str(setting.default).lower()}`"
    if isinstance(setting.default, str):
        default = f"`{setting.default}`"
    known = setting.choice.known or "ours alone"
    cells = (*(f"`{name}`" for name in names), default, setting.choice.help, known)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _command_line() -> str:
    return "\n".join([_CLI, *_help(main, None, "assetferry")])


def _help(command: click.Command, parent: click.Context | None, name: str) -> Iterator[str]:
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=90, **command.context_settings
    )
    yield f"## {context.command_path}\n"
    yield f"```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _help(found, context, below)


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
