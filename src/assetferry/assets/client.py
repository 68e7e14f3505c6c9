"""The Imports REST API, one method per call; every answer is a value of ``answers``."""

import time
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, Literal

import msgspec

from assetferry.assets.answers import (
    Accepted,
    ConfigStatus,
    Conflict,
    ExecutionStatus,
    Identified,
    Missing,
    Pushed,
    Refused,
    Started,
    Trouble,
    Unexpected,
)
from assetferry.assets.calls import Calls
from assetferry.assets.credential import ApiToken, ContainerToken
from assetferry.assets.failure_reason import fitted
from assetferry.assets.known_links import KnownLinks
from assetferry.assets.links import SourceAddress, execution_of, is_uuid, strings
from assetferry.assets.mapping_document import without_empty_schemas
from assetferry.assets.schedules import Schedules
from assetferry.assets.wire import ConfigStatusBody, ExecutionStatusBody, LinksBody, StartedBody
from assetferry.outbound.client import Outbound
from assetferry.outbound.redaction import Secret

__all__ = ["AssetsClient"]

_COMPLETED = msgspec.json.encode({"completed": True})


class AssetsClient:
    """One credential at one Assets.

    It speaks about one import source, which ``identify`` learns from the token or ``at`` names
    from the ledger; a call that needs one before either is a programming error (RuntimeError).
    """

    def __init__(
        self,
        outbound: Outbound,
        base_url: str,
        token: Secret | ApiToken,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``base_url`` is the root before ``/jsm/assets``; the token goes nowhere else."""
        self._base_url = base_url.rstrip("/")
        credential = token if isinstance(token, ApiToken) else ContainerToken(token)
        self._calls = Calls(outbound, credential, clock=clock)
        self._root = f"{self._base_url}/jsm/assets"
        self._links: KnownLinks | None = None

    def at(
        self,
        workspace_id: str,
        import_source_id: str,
        *,
        links: Mapping[str, str] | None = None,
    ) -> "AssetsClient":
        """Give a client of the same credential for an import source known from the ledger.

        ``links`` are those of ``Started`` as they were stored; without them, or where one does
        not fit the execution asked about, the documented paths are composed. Raises ValueError
        for an id that is not a UUID.
        """
        if not (is_uuid(workspace_id) and is_uuid(import_source_id)):
            raise ValueError("workspace and import source are named by UUIDs")
        address = SourceAddress(self._root, workspace_id, import_source_id)
        known = KnownLinks(address) if self._links is None else self._links.at(address)
        known.recall(links or {})
        bound = copy(self)
        bound._links = known  # noqa: SLF001 (of its own class)
        return bound

    async def identify(self) -> Identified | Trouble:
        """Ask which import source the token belongs to, and speak about that one from now on.

        A client that ``at`` has bound keeps its import source: compare the two.
        """
        found = await self._calls.fetch("GET", f"{self._root}/v1/imports/info", LinksBody)
        if not isinstance(found, LinksBody):
            return found
        address = SourceAddress.learnt(strings(found.links), self._base_url)
        if address is None:
            return _strange("the links of imports/info do not name one import source")
        if self._links is None:
            self._root, self._links = address.root, KnownLinks(address)
        return Identified(
            workspace_id=address.workspace_id, import_source_id=address.import_source_id
        )

    @property
    def schedules(self) -> Schedules:
        """Give the calls about the import source's schedule."""
        return Schedules(self._calls, self._source())

    async def config_status(self) -> ConfigStatus | Trouble:
        """Ask whether an import may be started."""
        url = self._source().url("configstatus")
        found = await self._calls.fetch("GET", url, ConfigStatusBody)
        return found.status if isinstance(found, ConfigStatusBody) else found

    async def newest(self) -> ExecutionStatus | Trouble | None:
        """Ask about the newest execution; None if there was never one.

        Live sites answer 404 then, while the specification declares only 400.
        """
        found = await self._status(self._source().url("executions/status"))
        return None if isinstance(found, Missing | Refused) else found

    async def start(self, *, scheduled: bool) -> Started | Trouble:
        """Start an execution; ``scheduled`` gives it the "Scheduled" tag in the history.

        After Unavailable or Unexpected one may have been made all the same: ask for the newest
        execution before trying again.
        """
        known = self._known()
        document = {"scheduled": True} if scheduled else None
        found = await self._calls.fetch(
            "POST", known.address.url("executions"), StartedBody, document=document
        )
        if not isinstance(found, StartedBody):
            return found
        links = strings(found.links)
        named = found.id if isinstance(found.id, str) and is_uuid(found.id) else None
        execution_id = named or execution_of(links.values())
        if execution_id is None:
            return _strange("the links of the new execution do not name one execution")
        return Started(execution_id=execution_id, links=known.learn(execution_id, links))

    async def status(self, execution_id: str) -> ExecutionStatus | Trouble:
        """Ask about one execution."""
        return await self._status(self._known().url(execution_id, "getExecutionStatus"))

    async def submit(self, execution_id: str, body: bytes) -> Accepted | Trouble:
        """Send a chunk; the bytes go out as they are, so that a repeat is the same request."""
        url = self._known().url(execution_id, "submitResults")
        return await self._calls.tell("POST", url, body, patient=False) or Accepted()

    async def complete(self, execution_id: str) -> Accepted | Trouble:
        """Say that all chunks are there.

        After Refused or Unavailable ask the status: PROCESSING or DONE means it worked.
        """
        return await self._tell(
            "POST", self._known().url(execution_id, "submitResults"), _COMPLETED
        )

    async def cancel(self, execution_id: str) -> Accepted | Trouble:
        """Drop an execution that is still INGESTING, with all its chunks."""
        return await self._tell("DELETE", self._known().url(execution_id, "cancel"))

    async def report_failure(self, execution_id: str, reason: str) -> Accepted | Trouble:
        """Write why an import failed into its history; cut to what Assets accepts."""
        if not is_uuid(execution_id):
            raise ValueError("an execution is named by a UUID")
        url = self._source().url(f"executions/{execution_id}/history/failed")
        body = msgspec.json.encode({"failureReason": fitted(reason)})
        return await self._tell("POST", url, body)

    async def schema_and_mapping(self) -> dict[str, Any] | Trouble:
        """Fetch the current document, as Assets normalises it."""
        return await self._calls.fetch(
            "GET", self._source().url("schema-and-mapping"), dict[str, Any]
        )

    async def put_mapping(self, document: Mapping[str, Any]) -> Accepted | Trouble:
        """Create schema and mapping; Conflict where a mapping exists."""
        return await self._send_mapping("PUT", document)

    async def patch_mapping(self, document: Mapping[str, Any]) -> Accepted | Trouble:
        """Change schema and mapping."""
        return await self._send_mapping("PATCH", document)

    async def push_mapping(self, document: Mapping[str, Any]) -> Pushed | Trouble:
        """Create or change schema and mapping, whichever this import source needs."""
        state = await self.config_status()
        if not isinstance(state, str):
            return state
        if state == "MISSING_MAPPING":
            answer = await self.put_mapping(document)
            if not isinstance(answer, Conflict):
                return Pushed(how="PUT") if isinstance(answer, Accepted) else answer
        answer = await self.patch_mapping(document)
        return Pushed(how="PATCH") if isinstance(answer, Accepted) else answer

    async def _status(self, url: str) -> ExecutionStatus | Trouble:
        found = await self._calls.fetch("GET", url, ExecutionStatusBody)
        if not isinstance(found, ExecutionStatusBody):
            return found
        named = None if found.execution_id is None else str(found.execution_id)
        return ExecutionStatus(execution_id=named, state=found.status, result=found.progress_result)

    async def _send_mapping(
        self, method: Literal["PUT", "PATCH"], document: Mapping[str, Any]
    ) -> Accepted | Trouble:
        body = msgspec.json.encode(without_empty_schemas(document))
        return await self._tell(method, self._source().url("mapping"), body)

    async def _tell(self, method: str, url: str, body: bytes | None = None) -> Accepted | Trouble:
        return await self._calls.tell(method, url, body) or Accepted()

    def _source(self) -> SourceAddress:
        return self._known().address

    def _known(self) -> KnownLinks:
        if self._links is None:
            raise RuntimeError("identify() or at() names the import source first")
        return self._links


def _strange(what: str) -> Unexpected:
    return Unexpected(
        status=200, reason=f"Assets answered 200, but {what}. Check that base_url leads to Assets."
    )
