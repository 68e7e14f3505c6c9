"""Which hosts and addresses may be spoken to: those the definition names, and no others.

An entry of the allow-list is a host (``inventory.example.com``), a host with a port
(``127.0.0.1:8700``), every host below a name (``*.example.com``), an address, or a network
(``10.20.0.0/16``). Networks and addresses also say which addresses that are not public a
*name* may resolve to; without one, a name that leads into a private network is refused,
because whoever runs its DNS could point it at a machine of ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from yarl import URL

from assetferry.outbound.errors import BadAddress, EgressDenied

__all__ = ["Egress"]

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


@dataclass(frozen=True, slots=True)
class Egress:
    """The allow-list. Everything it does not name is refused."""

    names: frozenset[tuple[str, int | None]]
    suffixes: tuple[str, ...]
    networks: tuple[Network, ...]

    @classmethod
    def of(cls, allow: Sequence[str]) -> "Egress":
        """Read the entries of ``[egress] allow``; raise BadAddress for one that means nothing."""
        names: set[tuple[str, int | None]] = set()
        suffixes: list[str] = []
        networks: list[Network] = []
        for entry in allow:
            network = _network(entry)
            if network is not None:
                networks.append(network)
            elif entry.startswith("*."):
                suffixes.append("." + _suffix(entry))
            else:
                host, port = _host_and_port(entry)
                names.add((host, port))
                if (address := _address(host)) is not None:
                    networks.append(ip_network(address))
        return cls(frozenset(names), tuple(suffixes), tuple(networks))

    def check(self, url: URL) -> None:
        """Raise EgressDenied unless this URL may be requested.

        It reads the very object that will be sent, so that no second parser can disagree.
        Unencrypted http needs the host itself on the list: a wildcard is not enough.
        """
        host, literal = _folded(url.raw_host or ""), _address(url.raw_host or "")
        if literal is not None:
            host = str(literal)
        if self._names(host, url.port, literal):
            return
        below = literal is None and host.endswith(self.suffixes)
        if below and url.scheme == "https":
            return
        if below:
            raise EgressDenied(
                f"{host} is allowed over https only. "
                f'If it speaks nothing else, add "{host}" itself to [egress] allow.'
            )
        raise EgressDenied(
            f"{host} (port {url.port}) is not on the list of hosts this definition may speak to. "
            f'If it should be, add "{host}" to [egress] allow.'
        )

    def _names(self, host: str, port: int | None, literal: Address | None) -> bool:
        if (host, None) in self.names or (host, port) in self.names:
            return True
        # "127.0.0.1:8700" allows that port only, although its address is known below too.
        other_port = any(name == host for name, _ in self.names)
        return literal is not None and not other_port and self._contains(literal)

    def check_address(self, host: str, address: str) -> None:
        """Raise EgressDenied if ``host`` may not be reached at this resolved address."""
        where = _address(address)
        if where is None:
            raise EgressDenied(f"{host} resolves to {address!r}, which is no address.")
        if _public(where) or (where.is_loopback and _folded(host) == "localhost"):
            return
        if not self._contains(where):
            entry = f"[{where}]" if isinstance(where, IPv6Address) else str(where)
            raise EgressDenied(
                f"{host} resolves to {where}, which is not a public address. If it should be "
                f'reached there, add "{entry}" or its network to [egress] allow.'
            )

    def _contains(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def _folded(host: str) -> str:
    return host.lower().removesuffix(".")


def _address(host: str) -> Address | None:
    """Read an address literal; an IPv4 address in IPv6 clothes counts as what it is."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


_TRANSLATED = ip_network("64:ff9b::/96")
_TRANSLATED_HERE = ip_network("64:ff9b:1::/48")
_COMPATIBLE = ip_network("::/96")


def _public(address: Address) -> bool:
    """Tell whether an address is of the internet; one that wraps another is what that one is.

    Python calls 6to4 (RFC 3056), NAT64 (RFC 6052, 8215) and IPv4-compatible addresses global,
    and behind each there may be a private machine.
    """
    if isinstance(address, IPv6Address):
        if address.is_site_local or address in _TRANSLATED_HERE:
            return False
        if address in _TRANSLATED or address in _COMPATIBLE:
            return _public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.sixtofour is not None:
            return _public(address.sixtofour)
    return address.is_global and not address.is_multicast


def _network(entry: str) -> Network | None:
    if "/" not in entry:
        return None
    try:
        return ip_network(entry)
    except ValueError as error:
        raise BadAddress(f'[egress] allow: "{entry}" is not a network ({error}).') from None


def _suffix(entry: str) -> str:
    host, port = _host_and_port(entry[2:])
    if port is not None or _address(host) is not None:
        raise _meaningless(entry)
    return host


def _host_and_port(entry: str) -> tuple[str, int | None]:
    if (literal := _address(entry.strip("[]"))) is not None:
        return str(literal), None
    try:
        url = URL(f"//{entry}")
        host, port = _folded(url.raw_host or ""), url.explicit_port
    except ValueError:
        raise _meaningless(entry) from None
    if (literal := _address(host)) is not None:
        return str(literal), port
    if url.raw_authority.rpartition(":")[0 if port else 2] != url.raw_host or url.raw_path != "/":
        raise _meaningless(entry)
    if not _NAME.fullmatch(host):
        raise _meaningless(entry)
    return host, port


def _meaningless(entry: str) -> BadAddress:
    return BadAddress(
        f'[egress] allow: "{entry}" is not a host. Write "host", "host:port", "*.domain", '
        'an address or a network such as "10.20.0.0/16".'
    )
