"""Transformers: everything that the records of one stream become."""

from collections.abc import Mapping, Sequence
from typing import Any

from assetferry.definition.document import Definition
from assetferry.mapping.entries import EntryMaker, Made
from assetferry.mapping.outcome import Outcome, Problem
from assetferry.mapping.used_fields import UsedFields, used_fields
from assetferry.sources.page import Record

__all__ = ["Transformer", "compile_transformers"]

_OBJECT: Any = dict  # typed so that a record stays Any: a cast per record would cost time


class Transformer:
    """Compiled once per process, then pure: the same records always give the same outcomes."""

    def __init__(self, stream: str, makers: Sequence[EntryMaker], used: UsedFields) -> None:
        """``makers`` in the definition's order, one for each object type of ``stream``."""
        self.stream = stream
        self.used = used
        """What the object types read of a record, and so all that is kept of a bad one."""
        self.selectors: Mapping[str, str] = {maker.object_type: maker.selector for maker in makers}
        """From each object type to the key under ``data`` that holds its entries."""
        self.finds_duplicates = any(maker.finds_duplicates for maker in makers)
        """Whether the entries of any of its object types are to be told apart over the run."""
        self._makers = tuple(makers)

    @property
    def object_types(self) -> tuple[str, ...]:
        """The object types that this stream feeds, in the definition's order."""
        return tuple(self.selectors)

    def transform(self, records: Sequence[Record]) -> list[Outcome]:
        """Give one outcome per record, in their order. Never raises for what a record holds."""
        made = Made()
        outcomes: list[Outcome] = []
        for record in records:
            if isinstance(record, _OBJECT):
                for maker in self._makers:
                    maker.make(record, made)
            else:
                made.problems += self._no_object()
            outcomes.append(made.take())
        return outcomes

    def _no_object(self) -> tuple[Problem, ...]:
        reason = (
            "the record is not a JSON object; let the source's records expression lead to objects"
        )
        return tuple(Problem(name, None, "not_an_object", reason) for name in self.selectors)


def compile_transformers(definition: Definition) -> dict[str, Transformer]:
    """Compile a definition into one transformer per stream, keyed by the stream's name."""
    makers: dict[str, list[EntryMaker]] = {stream: [] for stream in definition.sources}
    for name, object_type in definition.object_types.items():
        makers[object_type.source].append(EntryMaker(definition, name, object_type))
    return {
        stream: Transformer(stream, found, used_fields(definition, stream))
        for stream, found in makers.items()
    }
