"""Options of a command, one for each field of a settings class, so that none can be missing."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import click

from assetferry.local_assets.settings import Choice, Settings, SourceSettings

__all__ = ["Setting", "option_of", "server_options", "server_settings", "settings_of"]

LARGEST_PORT = 65_535


class Setting:
    """One field of a settings class, as a person meets it."""

    def __init__(self, field: "Field[Any]", hint: Any) -> None:
        """Read the field's annotation, which carries a ``Choice``."""
        self.name = field.name
        self.default: Any = None if field.default is MISSING else field.default
        self.type, self.choice = _parts(hint)

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    @property
    def key(self) -> str:
        """Its name in JSON."""
        first, *rest = self.name.split("_")
        return first + "".join(part.title() for part in rest)


def settings_of(kind: type[Settings] | type[SourceSettings]) -> Iterator[Setting]:
    """Give the settings of a class, in the order they are written down."""
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        if get_origin(hints[field.name]) is Annotated:
            yield Setting(field, hints[field.name])


def option_of(setting: Setting) -> click.Option:
    """Make the option of a setting: what it takes follows from its type."""
    if setting.type is bool:
        declaration = f"{setting.flag}/--no-{setting.flag.removeprefix('--')}"
        return click.Option(
            [declaration], default=setting.default, show_default=True, help=setting.choice.help
        )
    return click.Option(
        [setting.flag],
        type=_taken(setting),
        default=setting.default,
        show_default=setting.default is not None,
        help=setting.choice.help,
    )


def server_options(command: click.Command) -> click.Command:
    """Give a command every setting of the local Assets server and of its import sources."""
    options = [
        option_of(setting) for kind in (Settings, SourceSettings) for setting in settings_of(kind)
    ]
    command.params[:0] = options
    return command


def server_settings(given: Mapping[str, Any]) -> Settings:
    """Put the values of these options together."""
    own = {setting.name for setting in settings_of(Settings)}
    return Settings(
        **{name: value for name, value in given.items() if name in own},
        sources=SourceSettings(
            **{name: value for name, value in given.items() if name not in own},
        ),
    )


def _parts(hint: Any) -> tuple[Any, Choice]:
    plain, *extras = get_args(hint)
    if get_origin(plain) is UnionType:
        plain = next(one for one in get_args(plain) if one is not type(None))
    (choice,) = (one for one in extras if isinstance(one, Choice))
    return plain, choice


def _taken(setting: Setting) -> click.ParamType[Any]:
    if get_origin(setting.type) is Literal:
        return click.Choice(get_args(setting.type))
    if setting.type is int:
        highest = LARGEST_PORT if setting.name == "port" else None
        return click.IntRange(round(setting.choice.lowest), highest)
    if setting.type is float:
        return click.FloatRange(setting.choice.lowest)
    if setting.type is Path:
        return click.Path(file_okay=False, path_type=Path)
    return click.STRING
