"""Every setting of the local Assets server is an option, and the options make the settings."""

from dataclasses import fields
from typing import Any

import click
from click.testing import CliRunner

from assetferry.cli.choices import option_of, server_options, server_settings, settings_of
from assetferry.local_assets.settings import Settings, SourceSettings


def given(*arguments: str) -> Settings:
    """Give the settings that a command line stands for."""
    found: list[Settings] = []

    @server_options
    @click.command()
    def command(**chosen: Any) -> None:
        found.append(server_settings(chosen))

    ran = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return found[0]


def test_every_setting_has_an_option_with_help() -> None:
    """No field of the settings is without its option, its help, or a word on its origin."""
    for kind, others in ((Settings, {"sources"}), (SourceSettings, set[str]())):
        found = {setting.name: setting for setting in settings_of(kind)}
        assert set(found) == {field.name for field in fields(kind)} - others
        assert all(option_of(setting).help for setting in found.values())
        open_choices = [one for one in found.values() if one.choice.section]
        assert all(one.choice.known for one in open_choices)


def test_without_options_the_settings_are_the_defaults() -> None:
    """The defaults of the options are those of the classes."""
    assert given() == Settings()


def test_options_reach_the_server_and_its_import_sources() -> None:
    """Each option changes its own setting, whichever class it belongs to."""
    chosen = given(
        "--port=0", "--second-put=conflict", "--empty-icon-schema", "--missing-objects=REMOVE"
    )
    assert chosen == Settings(
        port=0,
        second_put="conflict",
        empty_icon_schema=True,
        sources=SourceSettings(missing_objects="REMOVE"),
    )
