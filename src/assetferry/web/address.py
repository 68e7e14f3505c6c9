"""The address of a web trigger: whoever knows its key may call."""

import secrets

from assetferry.definition.document import Definition

__all__ = ["address_of", "new_key"]

_BYTES = 32
"""Of randomness: nobody guesses it, and its hash needs no salt."""


def new_key() -> str:
    """Make an address key."""
    return secrets.token_urlsafe(_BYTES)


def address_of(definition: Definition, key: str) -> str:
    """Write the whole address where the definition says how it begins, else its path."""
    trigger = definition.trigger
    origin = "" if trigger is None or trigger.public_url is None else trigger.public_url
    return f"{origin.rstrip('/')}/triggers/{key}"
