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

    def add_range(self, start: int, end: int) -> None:
        """Add consecutive ids, as new objects have them; ``end`` is the first one left out."""
        for object_id in range(start, min(end, start + -start % 8)):
            self.add(object_id)
        whole = start + -start % 8
        while whole + 8 <= end:
            block, bit = divmod(whole, BLOCK_BITS)
            size = min((end - whole) // 8, (BLOCK_BITS - bit) // 8)
            bits = self._blocks.setdefault(block, bytearray(BLOCK_BITS // 8))
            bits[bit >> 3 : (bit >> 3) + size] = b"\xff" * size
            self._changed.add(block)
            whole += size * 8
        for object_id in range(max(start, whole), end):
            self.add(object_id)

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
