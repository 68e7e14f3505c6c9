"""A third-party service for tests: records in every kind of page, misbehaving on request."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assetferry.demo.serving import Serving

Record = dict[str, Any]


def laptop(number: int) -> Record:
    """One record; its owner is shared by three laptops."""
    return {
        "serial": f"SN-{number:06}",
        "name": f"laptop-{number}",
        "ram_gb": 8 * (1 + number % 4),
        "owner": {"email": f"user{number // 3}@example.com", "name": f"User {number // 3}"},
    }


@dataclass
class ThirdParty:
    """What the service has, what it was asked, and how it shall answer next."""

    records: list[Record] = field(default_factory=list[Record])
    largest_page: int = 10_000
    asked: list[str] = field(default_factory=list[str])
    answers: deque[Response | None] = field(default_factory=deque[Response | None])
    """Answers that go out before ordinary ones; None stands for an ordinary one."""
    before: Callable[[], None] = field(default=lambda: None)
    """Called at every request."""
    at: Callable[[str], None] = field(default=lambda _path: None)
    """Called at every request with its path and query, side by side for requests that are so."""
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def app(self) -> Starlette:
        """The service."""
        return Starlette(
            routes=[
                Route("/offset", self._asked(self._offset)),
                Route("/untold", self._asked(self._untold)),
                Route("/page", self._asked(self._page)),
                Route("/cursor", self._asked(self._cursor)),
                Route("/link", self._asked(self._link)),
            ]
        )

    def _asked(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def asked(request: Request) -> Response:
            path = f"{request.url.path}?{request.url.query}"
            self.asked.append(path)
            self.headers.append(dict(request.headers))
            self.before()
            self.at(path)
            planned = self.answers.popleft() if self.answers else None
            return planned or answer(request)

        return asked

    def _cut(self, start: int, size: int) -> list[Record]:
        return self.records[start : start + min(size, self.largest_page)]

    def _offset(self, request: Request) -> Response:
        start, size = int(request.query_params["skip"]), int(request.query_params["limit"])
        return _json({"devices": self._cut(start, size), "total": len(self.records)})

    def _untold(self, request: Request) -> Response:
        start, size = int(request.query_params["skip"]), int(request.query_params["limit"])
        return _json({"devices": self._cut(start, size)})

    def _page(self, request: Request) -> Response:
        page, size = int(request.query_params["page"]), int(request.query_params["size"])
        pages = -(-len(self.records) // size)
        return _json({"devices": self._cut((page - 1) * size, size), "pages": pages})

    def _cursor(self, request: Request) -> Response:
        start, size = int(request.query_params.get("after", 0)), 10
        following = start + size
        more = {"next": str(following)} if following < len(self.records) else {"next": None}
        return _json({"devices": self._cut(start, size), "meta": more})

    def _link(self, request: Request) -> Response:
        start, size = int(request.query_params.get("from", 0)), 10
        following = start + size
        link = f'</link?from={following}>; rel="next"' if following < len(self.records) else ""
        return _json({"devices": self._cut(start, size)}, headers={"Link": link} if link else {})


def _json(body: Any, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(json.loads(json.dumps(body)), headers=headers)


def serving(service: ThirdParty) -> Serving:
    """Put the service behind a loopback port; use it as a context manager."""
    return Serving(service.app())
