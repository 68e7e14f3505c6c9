"""The demo service as a process of its own."""

import argparse
import json
import os
import sys
from collections.abc import Sequence

from .service import Options, create_app
from .serving import serve

__all__ = ["main"]

_MOST = 10_000_000_000


def main(arguments: Sequence[str]) -> None:
    """Read the options and serve until told to stop (SIGINT, SIGTERM)."""
    parser = argparse.ArgumentParser(
        prog="python -m assetferry.demo.service",
        description="An invented company's device inventory, to try an import against.",
    )
    parser.add_argument("--devices", type=int, default=10_000, metavar="N")
    parser.add_argument("--port", type=int, default=0, metavar="P", help="0 takes a free one")
    parser.add_argument("--token-env", metavar="NAME", help="variable that holds a bearer token")
    parser.add_argument("--latency-ms", type=float, default=0.0, metavar="M")
    given = parser.parse_args(arguments)
    if not 0 <= given.devices <= _MOST:
        parser.error(f"--devices must be from 0 to {_MOST}")
    if given.latency_ms < 0:
        parser.error("--latency-ms must not be negative")
    token = None
    if given.token_env is not None:
        token = os.environ.get(given.token_env)
        if not token:
            parser.error(f"the variable {given.token_env} is not set; set it to a token")
    options = Options(devices=given.devices, token=token, latency=given.latency_ms / 1000)
    try:
        serve(create_app(options), given.port, _announce)
    except OSError as error:
        parser.error(f"cannot listen on port {given.port}: {error.strerror}; take another port")


def _announce(url: str) -> None:
    sys.stdout.write(json.dumps({"url": url}) + "\n")
    sys.stdout.flush()
