"""The demo's third-party inventory: one list of devices, offered in four kinds of pages.

========================== ================================== =============================
``/api/devices``           ``skip``, ``limit``                ``{"devices", "total"}``
``/api/devices/pages``     ``page`` (from 1), ``per_page``    ``{"devices", "page", "pages"}``
``/api/devices/cursor``    ``after``, ``limit``               ``{"devices", "next"}``
``/api/devices/linked``    ``skip``, ``limit``                a list, and a ``Link`` header
``/api/devices/{id}``                                         one device
========================== ================================== =============================

Run as a process it prints one line of JSON, ``{"url": …}``, once it accepts connections::

    python -m assetferry.demo.service --devices 10000 --port 0
"""

import asyncio
import hmac
import sys
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .inventory import device, devices

__all__ = ["LARGEST_PAGE", "Options", "create_app"]

LARGEST_PAGE = 10_000
"""Devices; a larger ``limit`` is refused, not cut, so that a client sees its mistake."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What one service offers, and how it behaves."""

    devices: int
    token: str | None = None
    """If set, calls need ``Authorization: Bearer`` with it."""
    latency: float = 0.0
    """Seconds that every answer takes at least."""

    def __repr__(self) -> str:
        return f"Options(devices={self.devices}, latency={self.latency})"


def create_app(options: Options) -> Starlette:
    """Build the service; it keeps no state but its options."""
    service = _Service(options)
    return Starlette(
        routes=[
            Route("/api/devices", service.by_offset),
            Route("/api/devices/pages", service.by_page),
            Route("/api/devices/cursor", service.by_cursor),
            Route("/api/devices/linked", service.by_link),
            Route("/api/devices/{id:int}", service.one),
        ],
        exception_handlers={HTTPException: _error},
    )


class _Service:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._expected = None if options.token is None else f"Bearer {options.token}".encode()

    async def by_offset(self, request: Request) -> Response:
        skip, limit = await self._window(request)
        return _json({"devices": self._slice(skip, limit), "total": self._options.devices})

    async def by_page(self, request: Request) -> Response:
        await self._admit(request)
        page = _number(request, "page", 1, low=1)
        per_page = _number(request, "per_page", 100, low=1, high=LARGEST_PAGE)
        found = self._slice((page - 1) * per_page, per_page)
        pages = -(-self._options.devices // per_page)
        return _json({"devices": found, "page": page, "pages": pages})

    async def by_cursor(self, request: Request) -> Response:
        await self._admit(request)
        after = _number(request, "after", 0)
        limit = _number(request, "limit", 100, low=1, high=LARGEST_PAGE)
        reached = min(after + limit, self._options.devices)
        follows = str(reached) if reached < self._options.devices else None
        return _json({"devices": self._slice(after, limit), "next": follows})

    async def by_link(self, request: Request) -> Response:
        skip, limit = await self._window(request)
        answer = _json(self._slice(skip, limit))
        if skip + limit < self._options.devices:
            following = request.url.include_query_params(skip=skip + limit, limit=limit)
            answer.headers["Link"] = f'<{following}>; rel="next"'
        return answer

    async def one(self, request: Request) -> Response:
        await self._admit(request)
        number: int = request.path_params["id"]
        if not 1 <= number <= self._options.devices:
            raise HTTPException(404, f"There is no device {number}")
        return _json(device(number))

    async def _window(self, request: Request) -> tuple[int, int]:
        await self._admit(request)
        limit = _number(request, "limit", 100, low=1, high=LARGEST_PAGE)
        return _number(request, "skip", 0), limit

    async def _admit(self, request: Request) -> None:
        if self._options.latency:
            await asyncio.sleep(self._options.latency)
        given = request.headers.get("authorization", "").encode()
        if self._expected is not None and not hmac.compare_digest(given, self._expected):
            raise HTTPException(
                401, "A bearer token is needed", headers={"WWW-Authenticate": "Bearer"}
            )

    def _slice(self, skip: int, limit: int) -> Any:
        return devices(skip, min(skip + limit, self._options.devices))


def _number(request: Request, name: str, default: int, *, low: int = 0, high: int = 2**48) -> int:
    text = request.query_params.get(name, str(default))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1  # noqa: PLR2004
    if not low <= number <= high:
        raise HTTPException(400, f"{name} must be a number from {low} to {high}")
    return number


def _json(body: Any) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")


async def _error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    body = msgspec.json.encode({"error": error.detail})
    return Response(body, error.status_code, error.headers, "application/json")


if __name__ == "__main__":
    from .process import main

    main(sys.argv[1:])
