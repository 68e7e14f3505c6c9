"""Where an import may go: every host not named here is refused.

``outbound`` enforces the list on every request and every resolved address; here it is only read
early, so that a source that could never be reached shows before the first run.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from assetferry.definition.host_names import host_name
from assetferry.definition.model import Model, mistake
from assetferry.definition.secrets import SecretReference
from assetferry.definition.urls import place

__all__ = ["Egress", "HostRule", "Proxy", "narrowness", "rule_for"]

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST = re.compile(rf"(?P<wild>\*\.)?(?P<name>{_LABEL}(?:\.{_LABEL})*)\.?(?::(?P<port>[0-9]+))?")
_IPV6 = re.compile(r"\[(?P<name>[0-9a-f:.]+)\](?::(?P<port>[0-9]+))?")
_PORTS = range(1, 65536)
_CURE = 'Name a host, "host:port", "*.domain" or a network: allow = ["inventory.example.com"].'


class _Rule(NamedTuple):
    """A rule that is not a network, taken apart."""

    host: str
    port: int | None
    wild: bool


def _literal(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; an IPv4 address in IPv6 clothes counts as what it is."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _parsed(rule: str) -> _Rule | None:
    """Take a host rule apart; None where it means nothing."""
    lowered = rule.lower()
    if (address := _literal(lowered.strip("[]"))) is not None:
        return _Rule(str(address), None, wild=False)
    try:
        ascii_only = lowered if lowered.isascii() else lowered.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    match = _HOST.fullmatch(ascii_only) or _IPV6.fullmatch(ascii_only)
    if match is None:
        return None
    port = int(match["port"]) if match["port"] else None
    wild = bool(match.groupdict().get("wild"))
    address = _literal(match["name"])
    if (port is not None and port not in _PORTS) or (wild and (port is not None or address)):
        return None
    return _Rule(str(address) if address else match["name"], port, wild)


def _rule(value: str) -> str:
    if "://" in value:
        raise mistake("is an address, not a host", _CURE)
    if value == "*":
        raise mistake("would allow every host", _CURE)
    if "/" in value:
        try:
            ip_network(value)
        except ValueError:
            raise mistake("is neither a host nor a network", _CURE) from None
    elif _parsed(value) is None:
        raise mistake("is not a host", _CURE)
    return value


HostRule: TypeAlias = Annotated[str, AfterValidator(_rule), WithJsonSchema({"type": "string"})]
"""``host`` (any port), ``host:port``, ``*.domain`` (what is below it, over https only), an
address, or a network such as ``10.20.0.0/16``."""


def _proxy(value: Any) -> SecretReference | str:
    cure = 'Write "http://host:port", or "env:NAME" where the address holds a password.'
    if not isinstance(value, str):
        raise mistake("is not an address", cure)
    reference = SecretReference.parse(value)
    if reference is not None:
        return reference
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable, parts = False, None
    if not usable:
        raise mistake("is neither an http address nor a reference to one", cure)
    if parts and parts.username is not None:
        raise mistake("holds a user name or password", cure)
    return value


Proxy: TypeAlias = Annotated[
    SecretReference | str,
    PlainValidator(_proxy),
    WithJsonSchema({"type": "string", "pattern": "^(https?://|env:|file:)"}),
]
"""An address without credentials, or a reference to one with them."""


class Egress(Model):
    """The allow-list, and how to get out."""

    allow: tuple[HostRule, ...] = Field(
        default=(),
        strict=False,
        description='Hosts that sources may reach: "host", "host:port", "*.domain", an address or '
        "a network. Every other host is refused, also after a redirect. The Assets host is "
        "allowed by itself.",
    )
    proxy: Proxy | None = Field(
        default=None,
        description="Proxy for all calls: an address without credentials, or a reference to one "
        "(env:HTTPS_PROXY). Proxy variables of the environment are otherwise ignored.",
    )
    ca_file: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file of certificates to trust instead of the system's.",
    )

    def allows(self, url: str) -> bool:
        """Tell whether some rule covers this address, as ``outbound`` will decide."""
        host, port = place(url)
        address = _literal(host)
        rules = [parsed for rule in self.allow if "/" not in rule and (parsed := _parsed(rule))]
        named = [rule for rule in rules if not rule.wild and rule.host == (str(address or host))]
        if any(rule.port in (None, port) for rule in named):
            return True
        if address is not None:  # a rule for one port of it narrows down what a network allows
            networks = [ip_network(rule) for rule in self.allow if "/" in rule]
            return not named and any(address in network for network in networks)
        encrypted = url.lower().startswith("https:")
        return encrypted and any(rule.wild and host.endswith(f".{rule.host}") for rule in rules)


def rule_for(url: str) -> str:
    """Write the narrowest rule that lets ``url`` pass."""
    return host_name(*place(url))


def narrowness(rule: str, host: str, port: int) -> int:
    """Tell how closely a rule names a host: 0 for not at all, 4 for host and port."""
    address = _literal(host)
    if "/" in rule:
        return int(address is not None and address in ip_network(rule))
    parsed = _parsed(rule)
    if parsed is None or parsed.port not in (None, port):
        return 0
    if parsed.wild:
        return 2 if address is None and host.endswith(f".{parsed.host}") else 0
    if parsed.host != (host if address is None else str(address)):
        return 0
    return 3 if parsed.port is None else 4
