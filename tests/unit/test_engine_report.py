"""A run told as plain data."""

import json
import time
from typing import Any

import pytest

from assetferry.engine.report import headline, told
from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import ChunkSums, StreamSums, Sums, TypeSums
from assetferry.ledger.timeline import Event


def run(**values: Any) -> Run:
    plain: dict[str, Any] = dict.fromkeys(Run.__dataclass_fields__)
    plain |= {
        "id": "20261201-090000-abcdef",
        "definition": "hardware",
        "definition_text": 'token = "env:ASSETS_TOKEN"',
        "origin": "hardware.toml",
        "scheduled": False,
        "state": RunState.DONE,
        "created_at": time.time(),
    }
    return Run(**(plain | values))


def laptops(stream: str, submitted: int) -> TypeSums:
    return TypeSums(
        stream=stream,
        object_type="Laptop",
        entries_mapped=submitted + 3,
        entries_repeated=2,
        entries_conflicting=1,
        entries_submitted=submitted,
        entries_quarantined=1,
    )


STREAM = StreamSums(
    stream="devices",
    total=10,
    moved=None,
    exhausted=True,
    records_read=10,
    records_mapped=8,
    records_left_out=1,
    records_quarantined=1,
    values_left_out=4,
    chunks_staged=2,
    chunks_submitted=1,
)
SUMS = Sums(
    streams=(STREAM,),
    types=(laptops("devices", 5), laptops("tablets", 7)),
    chunks=ChunkSums(due=1, staged=2, failed=0, retried=3, last_error="down", next_due_at=12.5),
)
RESULT: dict[str, Any] = {
    "objectTypeResultMap": {
        "7": {
            "objectTypeName": "Laptop",
            "objectsCreated": 9,
            "objectsUpdated": 2,
            "objectsIdentical": 1,
            "duplicateEnries": 0,
        }
    }
}


def test_the_whole_story_is_json() -> None:
    """Command line, console and JSON twins tell the same, and anybody can read it."""
    story = told(run(result=RESULT), SUMS, [Event(at=1.5, kind="created", text="Run of x")])
    assert json.loads(json.dumps(story)) == story
    assert story["streams"] == [
        {name: getattr(STREAM, name) for name in StreamSums.__dataclass_fields__}
    ]
    assert story["chunks"]["last_error"] == "down"
    assert story["events"] == [{"at": 1.5, "kind": "created", "text": "Run of x"}]


def test_a_type_is_told_once_with_what_assets_made_of_it() -> None:
    """Ours is summed over the streams; theirs stands beside it, None where they do not say."""
    (only,) = told(run(result=RESULT), SUMS)["object_types"]
    assert only == {
        "object_type": "Laptop",
        "mapped": 18,
        "repeated": 4,
        "conflicting": 2,
        "sent": 12,
        "quarantined": 2,
        "created": 9,
        "updated": 2,
        "identical": 1,
        "duplicates": 0,
        "errors": None,
    }


@pytest.mark.parametrize(
    "result",
    [
        None,
        {},
        {"objectTypeResultMap": None},
        {"objectTypeResultMap": [1]},
        {"objectTypeResultMap": {"7": 1}},
        {"objectTypeResultMap": {"7": {}}},
    ],
)
def test_a_result_of_another_shape_tells_nothing(result: dict[str, Any] | None) -> None:
    """Whatever Assets answers, the story can be told."""
    (only,) = told(run(result=result), SUMS)["object_types"]
    assert only["sent"] == 12
    assert {only[name] for name in ("created", "updated", "identical", "errors")} == {None}


def test_a_headline_says_what_a_person_must_do() -> None:
    """A held run is told with its reason and cure."""
    held = run(
        state=RunState.INGESTING, held_since=1.0, held_reason="Token replaced.", held_cure="Set it."
    )
    line = headline(held)
    assert line["state"] == "INGESTING"
    assert (line["held"], line["held_reason"], line["cure"]) == (
        True,
        "Token replaced.",
        "Set it.",
    )


def test_a_headline_has_no_definition_text() -> None:
    """The text may be long, and belongs to who wrote it."""
    assert "definition_text" not in told(run(), SUMS)
