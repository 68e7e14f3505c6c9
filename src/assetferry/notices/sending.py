"""One notice on its way: what is sent, and what may be told about how that went."""

from collections.abc import Mapping

from assetferry.definition.document import Definition
from assetferry.definition.secrets import resolve
from assetferry.equipment import way_out
from assetferry.errors import Fatal
from assetferry.outbound.limits import Timeouts
from assetferry.outbound.response import Response
from assetferry.outbound.signature import SigningKey

__all__ = ["NotAsked", "send"]

_PATIENCE = Timeouts(connect=5.0, read=10.0, total=10.0)
"""Seconds; well below the lease of a notice."""


class NotAsked(Fatal):
    """The definition names nobody to tell."""

    code = "not_asked"


async def send(
    definition: Definition,
    environ: Mapping[str, str],
    *,
    message_id: str,
    body: bytes,
    now: float,
) -> Response:
    """Post a notice to whom the definition names, through its way out; follow no redirect.

    Raises SecretMissing, WeakSecret or NotAsked where this process cannot, and what
    ``Outbound.request`` raises.
    """
    notify = definition.notify
    if notify is None:
        raise NotAsked("The definition has no [notify]. Add one with a url.")
    url = resolve(notify.url, environ)
    key = None if notify.secret is None else SigningKey(resolve(notify.secret, environ))
    timestamp = str(int(now))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
    }
    if key is not None:
        headers["webhook-signature"] = key.sign(message_id, timestamp, body)
    async with way_out(definition, environ, timeouts=_PATIENCE) as outbound:
        return await outbound.request("POST", url.reveal(), headers=headers, body=body)
