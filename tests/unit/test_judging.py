"""The judge of the fault matrix: it believes each true end, and no lie about one."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from judging import REASON_LENGTH, Outcome, judge
from third_party import laptop

RECORDS = [laptop(number) for number in range(3)]
OWNER = (
    "Employee",
    "user0@example.com",
    '[{"Email": ["user0@example.com"], "Name": ["User 0"]}, []]',
)
RAM = ("8", "16", "24")
VALUES = '[{"Hostname": ["laptop-%d"], "RAM (GB)": ["%s"], "Serial Number": ["SN-00000%d"]}, []]'
LAPTOPS = [("Laptop", f"laptop-{one}", VALUES % (one, RAM[one], one)) for one in range(3)]
FAULT = "answered 500"
TOLD = "The source answered 500 (after 2 attempts)"


def outcome(state: str, *, held: bool = False, seen: int = 3) -> Outcome:
    """A run that ended so, or is held, and tells the truth."""
    applied = state in ("DONE", "PARTIAL")
    result = {
        "result": "OK",
        "objectTypeResultMap": {"1": {"objectTypeName": "Laptop", "entriesInSource": seen}},
    }
    failures = [{"failureReason": TOLD}] if state == "FAILED" else []
    reasons = {
        "DONE": "Everything arrived.",
        "PARTIAL": f"Laptop: 3 entries sent, Assets saw {seen}.",
        "FAILED": TOLD,
    }
    own = {
        "executionId": "own",
        "state": "DONE" if applied else "INGESTING" if held else "CANCELLED",
        "progressResult": result if applied else None,
        "failures": failures,
    }
    lost: dict[str, Any] = {
        "executionId": "lost",
        "state": "CANCELLED",
        "progressResult": None,
        "failures": [],
    }
    return Outcome(
        story={
            "state": state,
            "held": held,
            "held_reason": TOLD if held else None,
            "cure": "Mend it, then resume." if held else None,
            "reason": reasons.get(state),
            "execution_id": "own",
            "streams": [{"exhausted": True, "records_mapped": 3}],
            "object_types": [{"object_type": "Laptop", "sent": 3}],
        },
        objects=[*LAPTOPS[:seen], OWNER] if applied else [],
        history=[own, lost],
    )


TRUE = {
    "DONE": outcome("DONE"),
    "PARTIAL": outcome("PARTIAL", seen=2),
    "FAILED": outcome("FAILED"),
    "HELD": outcome("INGESTING", held=True),
}


@pytest.mark.parametrize("end", TRUE)
def test_a_true_end_is_believed(end: str) -> None:
    """Also that of a run whose first start was lost, with its execution cancelled."""
    assert judge(TRUE[end], RECORDS, fault=FAULT) == end


def own(found: Outcome) -> dict[str, Any]:
    """The run's own execution, to be changed."""
    return found.history[0]


LIES: dict[str, tuple[str, Callable[[Outcome], Any]]] = {
    "DONE, and an object is missing": ("DONE", lambda one: one.objects.pop(0)),
    "DONE, and an owner is missing": ("DONE", lambda one: one.objects.pop()),
    "DONE, and a value is another": (
        "DONE",
        lambda one: one.objects.__setitem__(0, (*LAPTOPS[0][:2], LAPTOPS[1][2])),
    ),
    "DONE, and an object is there twice": ("DONE", lambda one: one.objects.append(OWNER)),
    "DONE, and a stranger is there": (
        "DONE",
        lambda one: one.objects.append(("Laptop", "laptop-9", "[{}, []]")),
    ),
    "DONE, though Assets was never told so": (
        "DONE",
        lambda one: own(one).update(state="INGESTING"),
    ),
    "DONE, though it was cancelled there": ("DONE", lambda one: own(one).update(state="CANCELLED")),
    "DONE, though it is still processed": ("DONE", lambda one: own(one).update(state="PROCESSING")),
    "DONE, though Assets knows no such execution": ("DONE", lambda one: one.history.pop(0)),
    "DONE, though Assets reports errors": (
        "DONE",
        lambda one: own(one)["progressResult"].update(result="ERROR"),
    ),
    "DONE, and the history tells of a failure": (
        "DONE",
        lambda one: own(one)["failures"].append({"failureReason": TOLD}),
    ),
    "DONE, with a reason to be PARTIAL": (
        "DONE",
        lambda one: one.story.update(reason="Laptop: 3 entries sent, Assets saw 2."),
    ),
    "DONE, and the stream was not read to its end": (
        "DONE",
        lambda one: one.story["streams"][0].update(exhausted=False),
    ),
    "DONE, and a record went nowhere": (
        "DONE",
        lambda one: one.story["streams"][0].update(records_mapped=2),
    ),
    "an execution is left behind": ("DONE", lambda one: one.history[1].update(state="INGESTING")),
    "a second execution was completed": ("DONE", lambda one: one.history[1].update(state="DONE")),
    "PARTIAL, as if DONE": ("PARTIAL", lambda one: one.story.update(state="DONE")),
    "PARTIAL, and nothing is missing": (
        "DONE",
        lambda one: one.story.update(state="PARTIAL", reason="Something is missing."),
    ),
    "PARTIAL, for a reason that is not it": (
        "PARTIAL",
        lambda one: one.story.update(reason="Laptop: 1 errors, says Assets."),
    ),
    "PARTIAL, without a reason": ("PARTIAL", lambda one: one.story.update(reason="")),
    "FAILED, for another reason": ("FAILED", lambda one: one.story.update(reason="Bad luck.")),
    "FAILED, and the history tells nothing": ("FAILED", lambda one: own(one)["failures"].clear()),
    "FAILED, and the history tells something else": (
        "FAILED",
        lambda one: own(one)["failures"][0].update(failureReason="Bad luck."),
    ),
    "FAILED, and the history could not take so long a reason": (
        "FAILED",
        lambda one: own(one)["failures"][0].update(failureReason=TOLD.ljust(REASON_LENGTH + 1)),
    ),
    "FAILED, told twice": (
        "FAILED",
        lambda one: own(one)["failures"].append({"failureReason": TOLD}),
    ),
    "FAILED, and it is still open": ("FAILED", lambda one: own(one).update(state="INGESTING")),
    "FAILED, and was applied all the same": ("FAILED", lambda one: own(one).update(state="DONE")),
    "FAILED, and objects have come of it": ("FAILED", lambda one: one.objects.append(OWNER)),
    "held, for another reason": ("HELD", lambda one: one.story.update(held_reason="Bad luck.")),
    "held, without a reason": ("HELD", lambda one: one.story.update(held_reason=None)),
    "held, without a cure": ("HELD", lambda one: one.story.update(cure="")),
    "held, and cancelled there": ("HELD", lambda one: own(one).update(state="CANCELLED")),
    "held, and objects have come of it": ("HELD", lambda one: one.objects.append(OWNER)),
    "no end at all": ("HELD", lambda one: one.story.update(held=False)),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_is_believed(lie: str) -> None:
    """Each takes one thing of a true end away, or claims one thing more."""
    end, tell = LIES[lie]
    found = deepcopy(TRUE[end])
    tell(found)
    with pytest.raises(AssertionError):
        judge(found, RECORDS, fault=FAULT)
