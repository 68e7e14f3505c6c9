"""A test notice: whether whom the definition names can be told."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_hex

import msgspec

from assetferry.definition.document import Definition
from assetferry.errors import FerryError
from assetferry.notices.sending import send
from assetferry.preflight.finding import Finding

__all__ = ["told"]


async def told(definition: Definition, environ: Mapping[str, str]) -> Finding:
    """Send a notice of the kind ``import.test``, and say what came of it."""
    now = time.time()
    at = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    body = {
        "type": "import.test",
        "timestamp": at.replace("+00:00", "Z"),
        "text": f"This is a test: import {definition.name} tells here when it needs a person.",
        "data": {"definition": definition.name},
    }
    try:
        answer = await send(
            definition,
            environ,
            message_id=f"msg_{token_hex(12)}",
            body=msgspec.json.encode(body),
            now=now,
        )
    except (FerryError, OSError) as error:
        reason = str(error) if isinstance(error, FerryError) else type(error).__name__
        return _failed(reason)
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return _failed(f"The receiver answered {answer.status}.")
    return Finding(state="ok", message=f"told; the receiver answered {answer.status}")


def _failed(reason: str) -> Finding:
    return Finding(
        state="failed",
        message=reason,
        cure="Correct the address behind url, allow its host under [egress], or see to the "
        "receiver; runs do not fail because of it.",
        path=("notify", "url"),
    )
