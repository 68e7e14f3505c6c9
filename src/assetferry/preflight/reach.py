"""Where the hosts that a definition names lead, and which of them may be spoken to."""

from collections.abc import Mapping
from ipaddress import ip_address

from assetferry.definition.document import Definition
from assetferry.definition.positions import Path
from assetferry.definition.urls import Place, place
from assetferry.equipment import allowed_hosts
from assetferry.outbound.egress import Egress
from assetferry.outbound.errors import EgressDenied
from assetferry.outbound.resolver import CheckedResolver
from assetferry.preflight.finding import Finding

__all__ = ["BASE_URL", "addresses", "denied", "egress_findings"]

BASE_URL: Path = ("assets", "base_url")


def addresses(definition: Definition) -> dict[Path, Place]:
    """Say where each address of the definition leads, by the key it stands at."""
    found = {BASE_URL: place(definition.assets.base_url)}
    for name, source in definition.sources.items():
        found["sources", name, "url"] = place(source.url)
    return found


async def denied(
    definition: Definition, *, resolver: CheckedResolver | None = None
) -> dict[Path, str]:
    """Resolve every host as a run would, and say which are refused or unknown, and why.

    Behind a proxy nothing is resolved here: the proxy does it. Raises BadAddress.
    """
    if definition.egress.proxy is not None:
        return {}
    checked = resolver or CheckedResolver(Egress.of(allowed_hosts(definition)))
    found: dict[Path, str] = {}
    reasons: dict[Place, str | None] = {}
    try:
        for path, where in addresses(definition).items():
            if where not in reasons:
                reasons[where] = await _reason(checked, where)
            if (reason := reasons[where]) is not None:
                found[path] = reason
    finally:
        await checked.close()
    return found


def egress_findings(definition: Definition, refused: Mapping[Path, str]) -> list[Finding]:
    """Say which hosts may be spoken to. Pure."""
    open_ = {
        f"{where.host}:{where.port}": None
        for path, where in addresses(definition).items()
        if path not in refused
    }
    found: list[Finding] = []
    if open_:
        through = "" if definition.egress.proxy is None else ", through the proxy"
        found.append(Finding(state="ok", message=f"{', '.join(open_)}{through}"))
    for path, reason in refused.items():
        found.append(
            Finding(
                state="failed",
                message=reason,
                cure="No request was made. Correct the address, the list under [egress], or the "
                "name service.",
                path=path,
            )
        )
    return found


async def _reason(resolver: CheckedResolver, where: Place) -> str | None:
    try:
        ip_address(where.host)
    except ValueError:
        pass
    else:
        return None  # nothing to resolve
    try:
        await resolver.resolve(where.host, where.port)
    except EgressDenied as error:
        return str(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return f"The name {where.host} cannot be resolved: {reason}."
    return None
