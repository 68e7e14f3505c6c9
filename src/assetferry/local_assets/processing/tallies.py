"""How far a processing execution got and what it has counted, stored with each batch."""

import sqlite3
from collections.abc import Iterable

import msgspec

from assetferry.local_assets.processing.tally import Tally

__all__ = ["put_tallies", "tallies_of"]


def tallies_of(connection: sqlite3.Connection, execution_number: int) -> dict[int, Tally]:
    rows = connection.execute(
        "SELECT object_type_id, tally FROM tallies WHERE execution_number = ?",
        (execution_number,),
    )
    return {type_id: msgspec.json.decode(tally, type=Tally) for type_id, tally in rows}


def put_tallies(
    connection: sqlite3.Connection, execution_number: int, tallies: Iterable[tuple[int, Tally]]
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO tallies (execution_number, object_type_id, tally) VALUES (?, ?, ?)",
        [
            (execution_number, type_id, msgspec.json.encode(tally).decode())
            for type_id, tally in tallies
        ],
    )
