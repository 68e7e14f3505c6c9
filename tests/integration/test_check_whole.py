"""``assetferry check`` as a whole: what works, what it leaves alone, what it foretells."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from assetferry.demo.definition import render
from assetferry.demo.service import Options, create_app
from assetferry.demo.serving import Serving
from checking import Checked, World, closed_port
from commands import Ferry
from definitions import EMPLOYEE, LAPTOP
from imports import Site
from third_party import ThirdParty

HOSTNAME = '"Hostname" = { from = "name", label = true }'
RAM = '"RAM (GB)" = { from = "ram_gb", type = "integer", required = true }'


@pytest.fixture
def world(site: Site, third_party: ThirdParty, third_party_url: str, tmp_path: Path) -> World:
    """Everything works until a test breaks it."""
    return World(site, third_party, third_party_url, tmp_path)


def test_a_good_definition_passes_every_step(world: World) -> None:
    """Exit code 0, every step taken once and in order, and no worry among them."""
    assert world.push(world.text()) == 0
    checked = world.check(world.text())
    assert checked.code == 0
    assert checked.worrying == []
    assert [one["step"] for one in checked.told["steps"]] == [
        "definition",
        "secrets",
        "egress",
        "credentials",
        "import_source",
        "mapping",
        "first_page",
        "objects",
    ]
    (page,) = checked.find("first_page")
    assert "10 of 100 records in" in page["message"]
    assert "9 reads side by side, until total is reached" in page["message"]
    (mapping,) = checked.find("mapping")
    assert "as the definition says: 1 object type and 3 attributes" in mapping["message"]


def test_the_samples_are_the_objects_of_the_import(world: World) -> None:
    """Ten objects, both types among them, each with what the import then stores."""
    text = world.text(types=LAPTOP + EMPLOYEE)
    shown = world.check(text).told["samples"]
    assert len(shown) == 10
    assert {one["object_type"] for one in shown} == {"Laptop", "Employee"}
    assert world.run(text, "run", "--progress", "none").exit_code == 0
    for one in shown:
        clauses = "".join(f' AND "{name}" = "{v}"' for name, v in one["attributes"].items())
        assert world.site.labels(f"objectType = {one['object_type']}{clauses}") == [one["label"]]


def test_nothing_is_written_anywhere(world: World) -> None:
    """No ledger is made, no mapping pushed, no execution started, no page but the first read."""
    assert world.check(world.text()).code == 0
    assert not world.data.exists()
    assert world.check(world.text()).state("import_source") == "note"
    assert world.site.history() == []
    assert len(world.service.asked) == 2


def test_a_ledger_is_read_and_left_as_it_is(world: World) -> None:
    """Remembered external ids are used; the files of the ledger stay the same, byte for byte."""
    types = LAPTOP.replace(
        HOSTNAME, '"Hostname" = { from = "name", label = true, external_id = "chosen/once" }'
    )
    assert world.push(world.text(types=types)) == 0
    before = {path.name: path.read_bytes() for path in world.data.iterdir()}
    checked = world.check(world.text())
    assert checked.code == 0
    assert checked.told["mapping"]["create"] == []
    assert {path.name: path.read_bytes() for path in world.data.iterdir()} == before


def test_what_fails_stops_only_what_needs_it(world: World) -> None:
    """Without the Assets token the source is still read; without its token Assets is asked."""
    world.environ["ASSETS_TOKEN"] = None
    checked = world.check(world.text())
    assert checked.state("credentials") == "skipped"
    assert checked.state("mapping") == "skipped"
    assert checked.state("first_page") == "ok"
    assert checked.told["samples"] != []
    world.environ = {"INVENTORY_TOKEN": None}
    checked = world.check(world.text())
    assert checked.state("credentials") == "ok"
    (skipped,) = checked.find("first_page")
    assert skipped["state"] == "skipped"
    assert skipped["message"].startswith("devices: not looked at")
    assert checked.told["samples"] == []
    assert checked.told["mapping"]["create"] != []


def test_one_source_of_two_that_fails(world: World) -> None:
    """The other one is read, and its objects are shown."""
    port = closed_port()
    second = f"""
        [sources.people]
        type = "rest"
        url = "http://127.0.0.1:{port}/"
        """
    types = LAPTOP + EMPLOYEE.replace('"devices"', '"people"')
    text = world.text(types=types).replace("[sources.devices]", f"{second}\n[sources.devices]")
    text = text.replace("allow = [", f'allow = ["127.0.0.1:{port}", ')
    checked = world.check(text)
    assert checked.code == 1
    assert [one["state"] for one in checked.find("first_page")] == ["failed", "ok"]
    assert {one["object_type"] for one in checked.told["samples"]} == {"Laptop"}


IDLE_LABEL = '"Hostname" = { from = "name" }'
RAM_LABEL = '"RAM (GB)" = { from = "ram_gb", type = "integer", label = true }'
HEAD = '[object_types.Laptop]\nsource = "devices"\n[object_types.Laptop.attributes]'
OTHER_HEAD = HEAD.replace("Laptop", "Notebook").replace(
    '"devices"', '"devices"\nexternal_id = "hardware/laptop"'
)
CHANGES: list[tuple[str, str, str]] = [
    ("nothing", HOSTNAME, HOSTNAME),
    ("a description", 'source = "devices"', 'source = "devices"\ndescription = "New"'),
    ("a new attribute", RAM, f'{RAM}\n"Colour" = {{ from = "colour" }}'),
    ("a new type", RAM, RAM + EMPLOYEE),
    ("unique", "required = true", "unique = true"),
    ("another identity", '"name", label = true', '"name", label = true, identity = true'),
    ("another label", f"{HOSTNAME}\n{RAM}", f"{IDLE_LABEL}\n{RAM_LABEL}"),
    ("a name", '"Hostname"', '"Host Name"'),
    ("a name with the same slug", '"RAM (GB)"', '"RAM [GB]"'),
    ("a name with its id", '"Hostname" = {',
     '"Host Name" = { external_id = "hardware/laptop/hostname",'),
    ("a type", '"integer"', '"double"'),
    ("a type's name", "object_types.Laptop", "object_types.Notebook"),
    ("a type's name with its id", HEAD, OTHER_HEAD),
    ("an id", '"Hostname" = {', '"Hostname" = { external_id = "another",'),
    ("a taken id", '"Hostname" = {', '"Other" = { external_id = "hardware/laptop",'),
    ("an attribute less", RAM, ""),
]  # fmt: skip


@pytest.mark.parametrize("ledger", ["kept", "lost"])
@pytest.mark.parametrize(("old", "new"), [row[1:] for row in CHANGES], ids=[r[0] for r in CHANGES])
def test_check_foretells_whether_a_push_succeeds(
    world: World, old: str, new: str, ledger: str
) -> None:
    """Whatever was changed: the mapping step fails just where Assets refuses the push."""
    text = world.text()
    assert old in text
    assert world.push(text) == 0
    if ledger == "lost":
        for path in world.data.iterdir():
            path.unlink()
    changed = text.replace(old, new)
    checked = world.check(changed)
    failed = [one for one in checked.find("mapping") if one["state"] == "failed"]
    assert bool(failed) == (world.push(changed) != 0), checked.told["steps"]
    if not failed:
        mapping = world.check(changed).told["mapping"]
        assert [mapping[key] for key in ("create", "change", "impossible")] == [[], [], []]


def test_a_likely_rename_is_told_to_programs(world: World) -> None:
    """Both names, and the external id by which the old one would be kept."""
    assert world.push(world.text()) == 0
    renamed = world.text().replace('"Hostname"', '"Machine"')
    (told,) = world.check(renamed).told["mapping"]["renames"]
    assert told == {
        "object_type": "Laptop",
        "attribute": "Machine",
        "from": "Hostname",
        "external_id": "hardware/laptop/hostname",
    }


def test_the_expression_of_the_last_run_tells_a_rename(world: World) -> None:
    """Where nothing else is alike, reading the same place is what gives a rename away."""
    extra = f'{RAM}\n"Zone" = {{ from = "owner.name" }}'
    text = world.text().replace(RAM, extra)
    assert world.run(text, "run", "--progress", "none").exit_code == 0
    checked = world.check(text.replace('"Zone"', '"Keeper"'))
    assert checked.find("mapping", "(both read owner.name)")


def test_a_type_that_is_gone_may_lose_its_objects(world: World) -> None:
    """Told as a note where missing objects stay, as a warning where they may be removed."""
    assert world.push(world.text(types=LAPTOP + EMPLOYEE)) == 0
    (note,) = world.check(world.text()).find("mapping", "Employee: ")
    assert note["state"] == "note"
    removing = world.text().replace('"ignore"', '"remove"')
    (warning,) = world.check(removing).find("mapping", "Employee: ")
    assert warning["state"] == "warning"
    assert "removed as missing" in warning["message"]


def told(checked: Checked) -> str:
    """Everything a check said, as one text."""
    return json.dumps(checked.told)


def test_no_secret_is_told(world: World) -> None:
    """Not where they work, and not where a service repeats them in its error."""
    world.environ["INVENTORY_TOKEN"] = "s3cret-inventory"
    assert "s3cret" not in told(world.check(world.text()))
    world.environ["ASSETS_TOKEN"] = "s3cret-assets"
    assert "s3cret" not in told(world.check(world.text()))


def test_the_demo_has_nothing_to_complain_about(
    site: Site, tmp_path: Path, third_party: ThirdParty
) -> None:
    """What everybody sees first passes its own check, with real processes and for people."""
    with Serving(create_app(Options(devices=200))) as service:
        file = tmp_path / "demo.toml"
        file.write_text(render(site.url, service.url))
        ferry = Ferry(tmp_path / "data", {"PYTHONIOENCODING": "utf-8"})
        end = ferry.run("check", str(file))
    assert end.code == 0, end.out
    lines = end.out.splitlines()
    assert [line[0] for line in lines if line[:1] in "✓·!✗?" and line] == list("✓✓✓✓·✓✓✓")
    assert "10 of the objects as they would arrive:" in lines
    assert f"Import it: assetferry run {file}" in lines[-1]
    assert end.err == ""


def test_people_see_places_and_cures(tmp_path: Path, world: World) -> None:
    """A failure shows its line, key and cure, indented below it; signs fit the terminal."""
    file = tmp_path / "broken.toml"
    file.write_text(world.text())
    environ = {"ASSETS_TOKEN": "wrong", "PYTHONIOENCODING": "ascii:replace"}
    end = Ferry(tmp_path / "data", environ).run("check", str(file))
    assert end.code == 1
    lines = end.out.splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("x credentials"))
    number = file.read_text()[: file.read_text().index("token =")].count("\n") + 1
    assert lines[place + 1] == f"{' ' * 17}line {number}, assets.token"
    assert "new container token" in lines[place + 2]
    assert "1 thing would stop a run." in lines[-1]


def test_what_others_wrote_cannot_steer_the_terminal(world: World) -> None:
    """Control characters of a record are not passed on."""
    world.service.records[0]["name"] = "evil\x1b[2J\x07name"
    result = world.run(world.text(), "check")
    assert "\x1b" not in result.stdout
    assert "evil [2J name" in result.stdout


@pytest.mark.parametrize("name", ["nothing.toml", "."])
def test_a_file_that_is_not_there(world: World, name: str) -> None:
    """A usage error, as with every command."""
    ferry = Ferry(world.data, {})
    end = ferry.run("check", os.path.join(world.folder, name))  # noqa: PTH118 # "." must stay
    assert end.code == 2


def test_a_page_as_json_is_what_the_contract_says(world: World) -> None:
    """Every step has the same keys, every sample too."""
    answer: dict[str, Any] = world.check(world.text()).told
    assert set(answer) == {"ok", "steps", "samples", "mapping"}
    assert all(
        set(one) == {"step", "state", "message", "cure", "line", "key"} for one in answer["steps"]
    )
    assert all(
        set(one) == {"object_type", "source", "record", "label", "attributes"}
        for one in answer["samples"]
    )
