"""The tables of schedules."""

__all__ = ["SCHEDULE_DDL"]

SCHEDULE_DDL = """
-- frequency: ONCE DAILY WEEKLY MONTHLY. due: the next time to call, NULL when none is left.
CREATE TABLE import_schedules (
    id            TEXT PRIMARY KEY,
    source_number INTEGER NOT NULL UNIQUE REFERENCES import_sources (number),
    frequency     TEXT NOT NULL,
    start         TEXT NOT NULL,
    timezone      TEXT NOT NULL,
    callback_url  TEXT,
    due           TEXT,
    created       TEXT NOT NULL,
    updated       TEXT NOT NULL
) STRICT;
CREATE INDEX import_schedules_due ON import_schedules (due) WHERE due IS NOT NULL;

-- A slot is a time at which a schedule was due. Its row is written before the call is made,
-- and once: that is what keeps it from being called twice. passed: slots that went by uncalled
-- just before it. outcome: NULL while the call is in hand.
CREATE TABLE slots (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    source_number INTEGER NOT NULL REFERENCES import_sources (number),
    schedule_id   TEXT NOT NULL,
    slot          TEXT NOT NULL,
    passed        INTEGER NOT NULL,
    claimed       TEXT NOT NULL,
    ended         TEXT,
    outcome       TEXT,
    status        INTEGER,
    UNIQUE (schedule_id, slot)
) STRICT;
CREATE INDEX slots_of_source ON slots (source_number, number);
CREATE INDEX slots_in_hand ON slots (number) WHERE outcome IS NULL;

-- Where a clock stands that is moved by hand; one row at most.
CREATE TABLE test_clock (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    now TEXT NOT NULL
) STRICT;
"""
