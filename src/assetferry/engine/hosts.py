"""The hosts that an import asks, by the names under which the ledger knows them (pure)."""

from assetferry.definition.document import Definition
from assetferry.definition.host_names import host_name
from assetferry.definition.urls import place

__all__ = ["assets_host", "paced_hosts", "stream_hosts"]


def stream_hosts(definition: Definition) -> dict[str, str]:
    """Give the host that each stream asks, without those that ask none."""
    return {name: host_name(*place(url)) for name, url in _urls(definition).items()}


def assets_host(definition: Definition) -> str:
    """Give the host that Assets is."""
    return host_name(*place(definition.assets.base_url))


def paced_hosts(definition: Definition) -> frozenset[str]:
    """Name the hosts of sources and of Assets for which there is a budget."""
    places = [place(url) for url in (definition.assets.base_url, *_urls(definition).values())]
    per_minute = definition.limits.per_minute
    return frozenset(
        host_name(host, port) for host, port in places if per_minute(host, port) is not None
    )


def _urls(definition: Definition) -> dict[str, str]:
    urls = {name: getattr(one, "url", None) for name, one in definition.sources.items()}
    return {
        name: url
        for name, url in urls.items()
        if isinstance(url, str) and url.startswith(("http://", "https://"))
    }
