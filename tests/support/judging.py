"""Judges whether what a run claims is true, by the objects that Assets has and by its history.

A lie is an AssertionError. `tests/unit/test_judging.py` tells it every lie that a run could tell.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from third_party import Record

__all__ = ["REASON_LENGTH", "Outcome", "judge"]

REASON_LENGTH = 1024
"""Characters that the history of Assets takes."""
Object = tuple[str, str, str]
"""Object type, label, and all values and references, as ``upheaval.contents`` gives them."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One run that has ended or is held, as it is told from three sides."""

    story: dict[str, Any]
    """What ``runs show --json`` tells."""
    objects: list[Object]
    """What Assets has."""
    history: list[dict[str, Any]]
    """What Assets says of the executions of this import source."""

    @property
    def own(self) -> list[dict[str, Any]]:
        """The execution that the run names; none where it has never started one."""
        named = self.story["execution_id"]
        return [one for one in self.history if one["executionId"] == named]


def judge(outcome: Outcome, records: Sequence[Record], *, fault: str) -> str:
    """Give how the run ended: DONE, PARTIAL, FAILED or HELD.

    ``records`` is all that the source has, ``fault`` a pattern of the words by which a reason
    names what went wrong.
    """
    story = outcome.story
    everything = sorted(_objects_of(records))
    assert len(set(outcome.objects)) == len(outcome.objects), "an object is doubled"
    strange = set(outcome.objects) - set(everything)
    assert not strange, f"not as the source has them: {sorted(strange)[:3]}"
    others = [one for one in outcome.history if one not in outcome.own]
    assert all(one["state"] == "CANCELLED" for one in others), f"left behind: {others}"
    end = "HELD" if story["held"] else story["state"]
    match end:
        case "DONE":
            _arrived(outcome, everything, len(records))
        case "PARTIAL":
            _a_part(outcome)
        case "FAILED":
            _failed(outcome, fault)
        case "HELD":
            _held(outcome, fault)
        case _:
            raise AssertionError(f"no end at all: {end}")
    return end


def _arrived(outcome: Outcome, everything: list[Object], records: int) -> None:
    missing = set(everything) - set(outcome.objects)
    assert not missing, f"{len(missing)} objects are missing, but it says DONE"
    _processed(outcome)
    assert outcome.own[0]["progressResult"]["result"] == "OK"
    assert outcome.own[0]["failures"] == [], "the history tells of a failure"
    assert outcome.story["reason"].startswith("Everything arrived."), outcome.story["reason"]
    (stream,) = outcome.story["streams"]
    assert (stream["exhausted"], stream["records_mapped"]) == (True, records)


def _a_part(outcome: Outcome) -> None:
    _processed(outcome)
    seen = {
        one["objectTypeName"]: one["entriesInSource"]
        for one in outcome.own[0]["progressResult"]["objectTypeResultMap"].values()
    }
    lost = [
        f"{one['object_type']}: {one['sent']} entries sent, Assets saw {seen[one['object_type']]}."
        for one in outcome.story["object_types"]
        if seen[one["object_type"]] < one["sent"]
    ]
    assert lost, "nothing is missing, but it says PARTIAL"
    assert all(one in outcome.story["reason"] for one in lost), (lost, outcome.story["reason"])


def _failed(outcome: Outcome, fault: str) -> None:
    _nothing_applied(outcome, "CANCELLED")
    reason = outcome.story["reason"]
    _names(reason, fault)
    for execution in outcome.own:
        told = [one["failureReason"] for one in execution["failures"]]
        assert len(told) == 1, f"the history tells {len(told)} failures"
        assert len(told[0]) <= REASON_LENGTH
        _names(told[0], fault)


def _held(outcome: Outcome, fault: str) -> None:
    _nothing_applied(outcome, "INGESTING")
    _names(outcome.story["held_reason"], fault)
    assert outcome.story["cure"], "it is held without a cure"


def _processed(outcome: Outcome) -> None:
    assert [one["state"] for one in outcome.own] == ["DONE"], outcome.own


def _nothing_applied(outcome: Outcome, state: str) -> None:
    assert all(one["state"] == state for one in outcome.own), outcome.own
    assert outcome.objects == [], "objects have come of it"


def _names(reason: str | None, fault: str) -> None:
    assert re.search(fault, reason or ""), f"{reason!r} does not tell of {fault!r}"


def _objects_of(records: Sequence[Record]) -> Iterator[Object]:
    """Give what Assets has of laptops and their owners once all have arrived."""
    owners = {one["owner"]["email"]: one["owner"]["name"] for one in records}
    for one in records:
        values = {
            "Hostname": [one["name"]],
            "RAM (GB)": [str(one["ram_gb"])],
            "Serial Number": [one["serial"]],
        }
        yield "Laptop", one["name"], _written(values)
    for email, name in owners.items():
        yield "Employee", email, _written({"Email": [email], "Name": [name]})


def _written(values: dict[str, list[str]]) -> str:
    return json.dumps([values, []], sort_keys=True)
