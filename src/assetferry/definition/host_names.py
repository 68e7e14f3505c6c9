"""How a host is named where its port may matter."""

__all__ = ["host_name"]

_USUAL = frozenset({80, 443})


def host_name(host: str, port: int) -> str:
    """Write ``host``, or ``host:port`` where the port is not one that everybody uses."""
    shown = f"[{host}]" if ":" in host else host
    return shown if port in _USUAL else f"{shown}:{port}"
