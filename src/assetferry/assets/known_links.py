"""Where the calls about executions go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assetferry.assets.links import (
    SourceAddress,
    execution_of,
    is_relative,
    is_uuid,
    origin_replaced,
)

__all__ = ["ExecutionLink", "KnownLinks"]

ExecutionLink: TypeAlias = Literal["submitResults", "getExecutionStatus", "cancel"]

_DOCUMENTED: Mapping[ExecutionLink, str] = {
    "submitResults": "executions/{}/data",
    "getExecutionStatus": "executions/{}/status",
    "cancel": "executions/{}",
}


@dataclass(slots=True)
class KnownLinks:
    """The links of one import source's executions.

    As Assets gave them while this process lives, else as the ledger stored them, else by the
    documented paths. A link serves its own execution only.
    """

    address: SourceAddress
    _urls: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def at(self, address: SourceAddress) -> "KnownLinks":
        """Give a copy for an import source, with what is known if it is the same."""
        return KnownLinks(address, dict(self._urls) if address == self.address else {})

    def recall(self, stored: Mapping[str, str]) -> None:
        """Add links as the ledger has them; what is no path of ours is left out."""
        for name, path in stored.items():
            execution_id = execution_of([f"/{path}"]) if is_relative(path) else None
            if execution_id is not None:
                self._urls.setdefault((execution_id, name), self.address.url(path))

    def learn(self, execution_id: str, given: Mapping[str, str]) -> dict[str, str]:
        """Add links as Assets gave them; give those that can be stored, as relative paths."""
        stored: dict[str, str] = {}
        for name, link in given.items():
            self._urls[execution_id, name] = origin_replaced(link, self.address.root)
            if (path := self.address.relative(link)) is not None:
                stored[name] = path
        return stored

    def url(self, execution_id: str, link: ExecutionLink) -> str:
        """Say where a call goes; raise ValueError for an id that is not a UUID."""
        if not is_uuid(execution_id):
            raise ValueError("an execution is named by a UUID")
        documented = self.address.url(_DOCUMENTED[link].format(execution_id))
        return self._urls.get((execution_id, link), documented)
