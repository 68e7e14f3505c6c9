"""An import source with a schedule, on a local Assets server whose clock is moved by hand."""

from dataclasses import dataclass, field
from typing import Any

from local_documents import HOSTS

__all__ = ["Scheduled"]


@dataclass
class Scheduled:
    """One import source, driven over HTTP by a client of the test folder's conftest."""

    api: Any
    source: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def new(cls, api: Any, **settings: Any) -> "Scheduled":
        """Make a source of its own, with a mapping."""
        api.new_source(**settings)
        api.put_mapping(HOSTS)
        return cls(api, dict(api.source))

    @property
    def here(self) -> str:
        workspace, source = self.source["workspaceId"], self.source["importSourceId"]
        return f"/jsm/assets/workspace/{workspace}/v1/importsource/{source}"

    @property
    def local(self) -> str:
        workspace, source = self.source["workspaceId"], self.source["importSourceId"]
        return f"/_local/workspaces/{workspace}/importsources/{source}"

    def call(self, method: str, path: str = "", body: Any = None) -> Any:
        """Call the source's part of the API with its own token; give the whole reply."""
        return self.api.call(method, f"{self.here}{path}", body, token=self.source["token"])

    def schedule(self, url: str | None, start: str, frequency: str = "DAILY", **more: Any) -> str:
        """Make the schedule and give its path below the source."""
        body = {"runFrequency": frequency, "startTime": start, "callbackUrl": url, **more}
        reply = self.call("POST", "/importschedule", body)
        assert reply.status == 200, reply
        return f"/importschedule/{reply.body['id']}"

    def slots(self) -> list[dict[str, Any]]:
        """Give what became of each slot, the oldest first."""
        reply = self.api.call("GET", f"{self.local}/slots", token="")
        assert reply.status == 200, reply
        return reply.body["values"][::-1]

    def outcomes(self) -> list[str | None]:
        return [one["outcome"] for one in self.slots()]

    def history(self) -> list[dict[str, Any]]:
        """Give the import history, the oldest entry first."""
        return self.api.call("GET", f"{self.local}/history", token="").body["values"][::-1]

    def failures(self) -> list[str]:
        """Give the reasons of all entries that no execution belongs to; check their form."""
        found: list[str] = []
        for entry in self.history():
            if entry["executionId"] is None:
                assert entry["state"] == "FAILED"
                assert entry["tags"] == ["Scheduled"]
                assert entry["executedType"] == "SCHEDULED"
                found += [one["failureReason"] for one in entry["failures"]]
        return found

    def advance(self, **how: Any) -> None:
        """Let time pass on the server."""
        reply = self.api.call("POST", "/_local/clock/advance", how, token="")
        assert reply.status == 200, reply

    def jump(self, now: str) -> None:
        """Let it be another time on the server."""
        reply = self.api.call("PUT", "/_local/clock", {"now": now}, token="")
        assert reply.status == 200, reply
