"""Which objects an execution has met: one bit each.

Tells repeats within the run and, at its end, what did not come. Ten million objects are
little more than a megabyte, and only blocks that changed are written.
"""

import sqlite3

__all__ = ["MetObjects"]

BLOCK_BITS = 32_768


class MetObjects:
    """The set of object ids met so far, kept in memory and, block by block, in the store."""

    def __init__(self, connection: sqlite3.Connection, execution_number: int) -> None:
        """Load what earlier batches of this execution have met."""
        self._execution_number = execution_number
        self._changed: set[int] = set()
        self._blocks: dict[int, bytearray] = {
            block: bytearray(bits)
            for block, bits in connection.execute(
                "SELECT block, bits FROM met_objects WHERE execution_number = ?",
                (execution_number,),
            )
        }

    def add(self, object_id: int) -> bool:
        """Add an id; tell whether it is new."""
        block, bit = divmod(object_id, BLOCK_BITS)
        bits = self._blocks.get(block)
        if bits is None:
            bits = self._blocks[block] = bytearray(BLOCK_BITS // 8)
        mask = 1 << (bit & 7)
        if bits[bit >> 3] & mask:
            return False
        bits[bit >> 3] |= mask
        self._changed.add(block)
        return True

    def __contains__(self, object_id: int) -> bool:
        block, bit = divmod(object_id, BLOCK_BITS)
        bits = self._blocks.get(block)
        return bits is not None and bool(bits[bit >> 3] & 1 << (bit & 7))

    def changes(self) -> list[tuple[int, int, bytes]]:
        """Give the rows to write for what changed since the last call."""
        rows = [
            (self._execution_number, block, bytes(self._blocks[block]))
            for block in sorted(self._changed)
        ]
        self._changed.clear()
        return rows
