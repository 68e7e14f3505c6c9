"""Where an import may go: every host not named here is refused."""

import re
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from assetferry.definition.model import Model, mistake
from assetferry.definition.secrets import SecretReference
from assetferry.definition.urls import Place, Url, place

__all__ = ["Egress", "HostRule"]

_RULE = re.compile(
    r"(?P<host>(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
)
_CURE = 'Name a host, "host:port", or "*.domain": allow = ["inventory.example.com"].'


def _rule(value: str) -> str:
    lowered = value.lower()
    if "://" in lowered or "/" in lowered:
        raise mistake("is an address, not a host", _CURE)
    if lowered == "*":
        raise mistake("would allow every host", _CURE)
    if not _RULE.fullmatch(lowered):
        raise mistake("is not a host", _CURE)
    return lowered


HostRule: TypeAlias = Annotated[str, AfterValidator(_rule), WithJsonSchema({"type": "string"})]
"""``host`` (any port), ``host:port``, or ``*.domain`` (its subdomains, not itself)."""


def _proxy(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("env:", "file:")):
        return SecretReference.parse(value) or value
    return value


class Egress(Model):
    """The allow-list, and how to get out."""

    allow: tuple[HostRule, ...] = Field(
        default=(),
        strict=False,
        description='Hosts that sources may reach: "host", "host:port" or "*.domain". Every other '
        "host is refused, also after a redirect. The Assets host is allowed by itself.",
    )
    proxy: Annotated[SecretReference | Url | None, BeforeValidator(_proxy)] = Field(
        default=None,
        description="Proxy for all calls: an address without credentials, or a reference to one "
        "(env:HTTPS_PROXY). Proxy variables of the environment are otherwise ignored.",
    )
    ca_file: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file of certificates to trust instead of the system's.",
    )

    def allows(self, where: Place) -> bool:
        """Tell whether some rule covers this host and port."""
        return any(_covers(rule, where) for rule in self.allow)


def _covers(rule: str, where: Place) -> bool:
    match = _RULE.fullmatch(rule)
    if match is None or (match["port"] and int(match["port"]) != where.port):
        return False
    host = match["host"].strip("[]")
    if host.startswith("*."):
        return where.host.endswith(host[1:])
    return where.host == host


def rule_for(url: str) -> str:
    """Write the narrowest rule that lets ``url`` pass."""
    host, port = place(url)
    shown = f"[{host}]" if ":" in host else host
    return shown if port in {80, 443} else f"{shown}:{port}"
