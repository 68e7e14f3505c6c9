"""Signatures of webhooks, as Standard Webhooks has them: HMAC-SHA256 over id, time and body.

The same for what is sent and for what is received. Pure.
"""

import base64
import binascii
import hashlib
import hmac

from assetferry.errors import NeedsPerson
from assetferry.outbound.redaction import Secret

__all__ = ["SigningKey", "WeakSecret"]

_PREFIX = "whsec_"
_VERSION = "v1"
_SHORTEST = 24
"""Bytes that the standard asks of a secret."""


class WeakSecret(NeedsPerson):
    """A secret for signatures that is too short, or is not the base64 it claims to be."""

    code = "weak_secret"


class SigningKey:
    """Signs, and tells right signatures from wrong ones."""

    def __init__(self, secret: Secret) -> None:
        """Take ``whsec_`` and base64, or any text of at least 24 bytes. Raises WeakSecret."""
        text = secret.reveal()
        if text.startswith(_PREFIX):
            try:
                self._key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
            except binascii.Error:
                raise WeakSecret(
                    "A secret that begins with whsec_ goes on in base64; this one does not."
                ) from None
        else:
            self._key = text.encode()
        if len(self._key) < _SHORTEST:
            raise WeakSecret(
                f"The secret for signatures has fewer than {_SHORTEST} bytes. Make a longer one: "
                'echo "whsec_$(openssl rand -base64 32)"'
            )

    def sign(self, message_id: str, timestamp: str, body: bytes) -> str:
        """Write the value of ``webhook-signature``."""
        signed = b".".join((message_id.encode(), timestamp.encode(), body))
        digest = hmac.digest(self._key, signed, hashlib.sha256)
        return f"{_VERSION},{base64.b64encode(digest).decode()}"

    def fits(self, signature: str, message_id: str, timestamp: str, body: bytes) -> bool:
        """Tell whether one of the signatures given, separated by spaces, is right.

        Each is compared in constant time.
        """
        right = self.sign(message_id, timestamp, body).encode()
        found = False
        for given in signature.split(" "):
            found |= hmac.compare_digest(given.encode("utf-8", "surrogateescape"), right)
        return found
