"""What the pages show can be copied: definitions load, commands exist with their options."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import click
import pytest

from assetferry.cli import main
from assetferry.definition.load import load
from assetferry.definition.problems import DefinitionError
from documents import ROOT, Block, blocks, section

_PLAIN_TYPE = """
[object_types."{name} {stream}"]
source = "{stream}"
[object_types."{name} {stream}".attributes]
"Key of It" = {{ from = "key", identity = true, label = true }}
"""


def completed(text: str) -> str:
    """Put a part of a definition into one that has everything else."""
    given: dict[str, Any] = tomllib.loads(text)
    types: dict[str, Any] = given.get("object_types", {})
    streams = list(given.get("sources", {})) or sorted({one["source"] for one in types.values()})
    streams = streams or ["devices"]
    urls: list[str] = [one["url"] for one in given.get("sources", {}).values()]
    hosts = {urlsplit(url).netloc for url in urls} or {"inventory.example.com"}
    before: list[str] = []
    after = [text]
    if "name" not in given:
        before.append('name = "docs"')
    if "assets" not in given:
        after.append('[assets]\nbase_url = "http://127.0.0.1:8700"\ntoken = "env:ASSETS_TOKEN"')
    if "egress" not in given:
        after.append(f"[egress]\nallow = {sorted(hosts)}")
    if "sources" not in given:
        after += [
            f'[sources.{name}]\ntype = "rest"\nurl = "https://{min(hosts)}"' for name in streams
        ]
    if not types:
        after += [_PLAIN_TYPE.format(name="Thing of", stream=name) for name in streams]
    return "\n".join([*before, *after])


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_docs_definitions_load(block: Block) -> None:
    """Every TOML block is a definition, or a part that makes one with the rest around it."""
    load(completed(block.text), origin=str(block))


def test_docs_definition_of_the_readme_is_whole_and_short() -> None:
    """The readme's definition needs nothing around it, and has no more than 25 lines of TOML."""
    (block,) = [one for one in blocks("toml") if one.page == ROOT / "README.md"]
    load(block.text, origin=str(block))
    assert len([line for line in block.text.splitlines() if line.strip()]) <= 25


def test_docs_mistakes_of_the_tutorial_are_those_shown() -> None:
    """The broken definition of the tutorial gives, word for word, what the tutorial shows."""
    shown = section("docs/tutorial.md", "6. Make mistakes")
    text, output = re.findall(r"^```(?:text|console)\n(.*?)^```$", shown, re.MULTILINE | re.DOTALL)
    with pytest.raises(DefinitionError) as caught:
        load(text, origin="broken.toml")
    assert str(caught.value) == output.partition("\n")[2].strip()


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every call of our command line in a console block, with its place."""
    for block in blocks("console"):
        joined = block.text.replace("\\\n", " ")
        for line in joined.splitlines():
            found = re.match(r"\$ (?:.*[ /])?assetferry(?P<arguments>( .*)?)$", line)
            if found is not None and "-m assetferry." not in line:
                yield str(block), shlex.split(found["arguments"])


def test_docs_commands_exist_with_their_options() -> None:
    """Every command line shown is one that the real commands would parse."""
    seen = 0
    for place, arguments in commands():
        command: click.Command = main
        context = click.Context(main, info_name="assetferry")
        left = list(arguments)
        while isinstance(command, click.Group) and left and not left[0].startswith("-"):
            name = left.pop(0)
            below = command.get_command(context, name)
            assert below is not None, f"{place}: there is no command {name}"
            command, context = below, click.Context(below, info_name=name, parent=context)
        options = {option for one in command.get_params(context) for option in one.opts}
        for word in left:
            assert not word.startswith("--") or word in options, f"{place}: no option {word}"
        seen += 1
    assert seen > 10


def test_docs_readme_lists_every_command() -> None:
    """The readme's table names each command, and what it says does not exist does not."""
    told = section("README.md", "Commands")
    missing = section("README.md", "What works today, and what does not exist yet")
    context = click.Context(main, info_name="assetferry")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        below = command.list_commands(context) if isinstance(command, click.Group) else []
        for words in [f"{name} {one}" for one in below] or [name]:
            assert re.search(rf"`(assetferry )?{words}\b", told), f"the readme misses {words}"
        assert f"`{name}`" not in missing.partition("Not there yet")[2]
