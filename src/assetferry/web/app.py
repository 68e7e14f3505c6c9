"""The ASGI application: web triggers, health, and one shape for every error."""

import asyncio
import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assetferry.engine.importer import Importer
from assetferry.errors import FerryError
from assetferry.ledger.clock import instant
from assetferry.ledger.transition import Ledger
from assetferry.web.refusal import Refusal, answer, refused
from assetferry.web.triggers import Triggers

__all__ = ["create_app"]

_log = logging.getLogger(__name__)
_PATIENCE_S = 5.0
_WORDS = {404: "not_found", 405: "method_not_allowed"}


def create_app(ledger: Ledger, importer: Importer, triggers: Triggers) -> Starlette:
    """Put it together; the ledger and the importer belong to the caller."""

    async def health(_request: Request) -> Response:
        """Say whether calls are taken: the ledger answers, and nobody is about to leave."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await ledger.run(instant)
        except (FerryError, TimeoutError):
            _log.warning("The ledger does not answer.", extra={"action": "unhealthy"})
            return answer({"status": "unavailable"}, 503)
        if importer.leaving:
            return answer({"status": "leaving"}, 503)
        return answer({"status": "ok"})

    app = Starlette(
        routes=[
            Route("/healthz", health, methods=["GET"]),
            Route("/triggers/{key}", triggers.endpoint, methods=["POST"]),
        ],
        exception_handlers={Refusal: refused, HTTPException: _no_route, Exception: _broken},
    )
    # A redirect would send the call, key and all, to an address nobody gave out.
    app.router.redirect_slashes = False
    return app


def _no_route(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 # registered for nothing else
    found = answer({"error": _WORDS.get(error.status_code, "error")}, error.status_code)
    found.headers.update(error.headers or {})
    return found


def _broken(_request: Request, error: Exception) -> Response:
    # Starlette raises it once more for the server's log, which is ours too.
    _log.error("A request broke: %s", type(error).__name__, extra={"action": "broken"})
    return answer({"error": "internal"}, 500)
