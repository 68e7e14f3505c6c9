"""Puts the rooms together for one run: from a definition's text to sources, mapping and client."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from assetferry.assets.client import AssetsClient
from assetferry.definition.document import Definition
from assetferry.definition.egress import rule_for
from assetferry.definition.load import load
from assetferry.definition.secrets import Secret, SecretReference, resolve
from assetferry.engine.ports import Equipment
from assetferry.mapping.transformers import compile_transformers
from assetferry.outbound.client import Outbound
from assetferry.outbound.limits import Limits, Timeouts
from assetferry.sources.opening import open_source

__all__ = ["allowed_hosts", "equip", "equip_definition", "way_out"]


@asynccontextmanager
async def equip(text: str, origin: str) -> AsyncGenerator[Equipment]:
    """Make this process ready to work on a run; an ``engine.ports.Equip``.

    Raises SecretMissing where a secret cannot be had here, DefinitionError where the text was
    written by a version that allowed more.
    """
    async with equip_definition(load(text, origin=origin), environ=os.environ) as equipment:
        yield equipment


@asynccontextmanager
async def equip_definition(
    definition: Definition, *, environ: Mapping[str, str]
) -> AsyncGenerator[Equipment]:
    """Make this process ready to work on a definition, with secrets from ``environ``."""

    def secret(reference: SecretReference) -> Secret:
        return resolve(reference, environ)

    token = secret(definition.assets.token)
    async with way_out(definition, environ) as outbound:
        yield Equipment(
            definition=definition,
            target=AssetsClient(outbound, definition.assets.base_url, token),
            sources={
                name: open_source(source, outbound=outbound, secrets=secret)
                for name, source in definition.sources.items()
            },
            transformers=compile_transformers(definition),
            guard=outbound.guard,
        )


def way_out(
    definition: Definition, environ: Mapping[str, str], *, timeouts: Timeouts | None = None
) -> Outbound:
    """Make the one HTTP client of a definition. Raises SecretMissing or BadAddress."""
    egress, limits = definition.egress, definition.limits
    proxy = egress.proxy
    if isinstance(proxy, SecretReference):
        proxy = resolve(proxy, environ).reveal()
    return Outbound(
        allowed_hosts(definition),
        proxy=proxy,
        ca_file=egress.ca_file,
        timeouts=timeouts,
        limits=Limits(connections=limits.reads + limits.sends),
    )


def allowed_hosts(definition: Definition) -> list[str]:
    """Give the whole allow-list: the definition's own, and the host of Assets."""
    return [*definition.egress.allow, rule_for(definition.assets.base_url)]
