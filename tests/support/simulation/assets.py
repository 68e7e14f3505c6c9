"""Assets as a model keeps it: executions that take chunks, and the objects that come of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assetferry.assets.answers import (
    Accepted,
    ConfigStatus,
    Conflict,
    ExecutionState,
    ExecutionStatus,
    Identified,
    Missing,
    Pushed,
    Refused,
    Started,
    TooLarge,
)

__all__ = ["SOURCE", "Execution", "ModelAssets", "serials"]

WORKSPACE = "10000000-0000-4000-8000-000000000000"
SOURCE = "20000000-0000-4000-8000-000000000000"


def serials(body: bytes) -> dict[str, Any]:
    """Read the entries of a chunk by their serial numbers."""
    entries = [entry for entries in json.loads(body)["data"].values() for entry in entries]
    return {
        next(value for value in entry.values() if str(value).startswith("SN-")): entry
        for entry in entries
    }


@dataclass
class Execution:
    """One execution, and every chunk that it has accepted, by the id its sender gave it."""

    id: str
    state: ExecutionState = "INGESTING"
    chunks: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )
    completions: int = 0
    polls: int = 0

    @property
    def received(self) -> set[str]:
        """The serial numbers of all entries that were accepted."""
        return {serial for _, entries in self.chunks for serial in entries}


@dataclass
class ModelAssets:
    """What the engine talks to; every method carries a call out and answers it."""

    dedupes: bool
    poison: set[str] = field(default_factory=set[str])
    """Serial numbers that are refused."""
    largest: int | None = None
    """Most entries of a chunk."""
    executions: list[Execution] = field(default_factory=list[Execution])
    objects: dict[str, Any] = field(default_factory=dict[str, Any])
    mapped: bool = False

    def identify(self) -> Identified:
        return Identified(workspace_id=WORKSPACE, import_source_id=SOURCE)

    def config_status(self) -> ConfigStatus:
        return "IDLE" if self.mapped else "MISSING_MAPPING"

    def push_mapping(self, _document: Mapping[str, Any]) -> Pushed:
        self.mapped = True
        return Pushed(how="PUT")

    def newest(self) -> ExecutionStatus | None:
        return self._told(self.executions[-1]) if self.executions else None

    def start(self) -> Started | Conflict:
        if self.executions and self.executions[-1].state in ("INGESTING", "PROCESSING"):
            return Conflict(error_code="IN_PROGRESS", reason="there is an active execution")
        made = Execution(f"30000000-0000-4000-8000-{len(self.executions):012}")
        self.executions.append(made)
        return Started(execution_id=made.id, links={"submitResults": f"{made.id}/data"})

    def status(self, execution: str) -> ExecutionStatus | Missing:
        found = self._found(execution)
        if found is None:
            return Missing(reason="no such execution")
        if found.state == "PROCESSING":
            found.polls += 1
            if found.polls > 1:
                self._process(found)
        return self._told(found)

    def submit(self, execution: str, body: bytes) -> Accepted | Refused | TooLarge | Missing:
        found = self._found(execution)
        if found is None:
            return Missing(reason="no such execution")
        if found.state != "INGESTING":
            return Refused(reason=f"the execution is {found.state}")
        entries = serials(body)
        if self.largest is not None and len(entries) > self.largest:
            return TooLarge()
        if self.poison & entries.keys():
            return Refused(reason="a bad entry")
        found.chunks.append((json.loads(body)["clientGeneratedId"], entries))
        return Accepted()

    def complete(self, execution: str) -> Accepted | Refused | Missing:
        found = self._found(execution)
        if found is None:
            return Missing(reason="no such execution")
        if found.state != "INGESTING":
            return Refused(reason=f"the execution is {found.state}")
        found.state = "PROCESSING"
        found.completions += 1
        return Accepted()

    def cancel(self, execution: str) -> Accepted | Refused | Missing:
        found = self._found(execution)
        if found is None:
            return Missing(reason="no such execution")
        if found.state != "INGESTING":
            return Refused(reason=f"the execution is {found.state}")
        found.state = "CANCELLED"
        return Accepted()

    def report_failure(self, execution: str, _reason: str) -> Accepted | Missing:
        return Missing(reason="no such execution") if self._found(execution) is None else Accepted()

    def _found(self, execution: str) -> Execution | None:
        return next((one for one in self.executions if one.id == execution), None)

    def _told(self, execution: Execution) -> ExecutionStatus:
        result = self._result(execution) if execution.state == "DONE" else None
        return ExecutionStatus(execution_id=execution.id, state=execution.state, result=result)

    def _process(self, execution: Execution) -> None:
        execution.state = "DONE"
        for _, entries in execution.chunks:
            self.objects |= entries

    def _result(self, execution: Execution) -> Mapping[str, Any]:
        first = dict(reversed(execution.chunks)) if self.dedupes else None
        counted = execution.chunks if first is None else list(first.items())
        number = sum(len(entries) for _, entries in counted)
        report = {"objectTypeName": "Laptop", "entriesInSource": number}
        return {"result": "OK", "objectTypeResultMap": {"1": report}}
