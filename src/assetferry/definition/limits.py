"""How much at once, how long, how often."""

from pydantic import Field

from assetferry.definition.egress import HostRule, narrowness
from assetferry.definition.model import Model
from assetferry.definition.quantities import YEAR, Bytes, Seconds

__all__ = ["HostLimit", "Limits"]


class HostLimit(Model):
    """The budget of one host, shared by everything that calls it."""

    per_minute: int = Field(ge=1, le=1_000_000, description="Requests in a minute.")


class Limits(Model):
    """Bounds of a run, over all its lanes."""

    chunk_records: int = Field(
        default=500, ge=1, le=100_000, description="Most records whose entries share a chunk."
    )
    chunk_bytes: Bytes = Field(
        default=1024**2, ge=1024, le=100 * 1024**2, description="Largest chunk as sent."
    )
    time_limit: Seconds = Field(
        default=900.0, gt=0, le=86400, description="Deadline of one chunk, from read to sent."
    )
    reads: int = Field(
        default=8, ge=1, le=64, description="Pages being read at once, over all workers."
    )
    sends: int = Field(
        default=4, ge=1, le=64, description="Chunks being sent at once, over all workers."
    )
    max_attempts: int = Field(
        default=8, ge=1, le=1000, description="Failures of one chunk before its run gives up."
    )
    max_chunks: int = Field(
        default=1_000_000,
        ge=1,
        le=2_000_000_000,
        description="How often one source may be read on in a run, for a chunk or more each time; "
        "a source that seems to have no end is given up.",
    )
    processing_limit: Seconds = Field(
        default=6 * 3600.0,
        gt=0,
        le=YEAR,
        description="How long Assets may process before a run is held.",
    )
    close_deadline: Seconds = Field(
        default=3600.0,
        gt=0,
        le=YEAR,
        description="How long closing an execution is tried while Assets is out of reach.",
    )
    hosts: dict[HostRule, HostLimit] = Field(
        default_factory=dict[HostRule, HostLimit], description="Budgets by host."
    )

    def per_minute(self, host: str, port: int) -> int | None:
        """Give a host's budget; of several rules that cover it, the one that names it closest."""
        ranked = [(narrowness(rule, host, port), rule) for rule in self.hosts]
        best, rule = max(ranked, default=(0, ""))
        return self.hosts[rule].per_minute if best else None
