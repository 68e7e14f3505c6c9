"""Whether whom the definition names can be told: looked at, or tried."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from secrets import token_hex

import msgspec

from assetferry.definition.document import Definition
from assetferry.definition.secrets import SecretMissing, resolve
from assetferry.equipment import allowed_hosts
from assetferry.errors import FerryError
from assetferry.notices.sending import send
from assetferry.outbound.address import requestable
from assetferry.outbound.egress import Egress
from assetferry.outbound.signature import SigningKey
from assetferry.preflight.finding import Finding

__all__ = ["hindered", "told"]


def hindered(definition: Definition, environ: Mapping[str, str]) -> Finding | None:
    """Say what would keep notices from being sent, without sending any; None if nothing would.

    Runs go on without notices, so it is a warning. A secret that is not there has its own finding.
    """
    notify = definition.notify
    if notify is None:
        return None
    try:
        url = resolve(notify.url, environ).reveal()
        if notify.secret is not None:
            SigningKey(resolve(notify.secret, environ))
        # The address is a secret: no message may hold more of it than the host.
        Egress.of(allowed_hosts(definition)).check(requestable(url))
    except SecretMissing:
        return None
    except FerryError as error:
        return Finding(
            state="warning",
            message=f"nobody could be told: {error}",
            cure="Correct it; runs go on without notices.",
            path=("notify",),
        )
    return None


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
