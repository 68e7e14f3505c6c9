"""The tables.

Shape follows speed: an object is one row with all its plain values as one JSON object, so
that a million objects are a million inserts and not ten. Times are UTC text such as
``2021-02-16T20:04:41.527Z``, which sorts as it reads.
"""

__all__ = ["APPLICATION_ID", "DDL", "GLOBAL_STATUSES", "VERSION"]

APPLICATION_ID = 0x4146_4C41
"""Marks the file as ours, so that another program's database is refused by name."""

VERSION = 4
"""Raised with every change of the tables; another version is refused, not guessed at."""

GLOBAL_STATUSES = (
    (1, "Action Needed", "pending"),
    (2, "Active", "active"),
    (3, "Closed", "inactive"),
    (4, "In Service", "pending"),
    (5, "Running", "active"),
    (6, "Stopped", "inactive"),
    (7, "Support Requested", "pending"),
)
"""The statuses every workspace has (12.8): id, name, category."""

DDL = """
CREATE TABLE workspaces (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    created TEXT NOT NULL
) STRICT;

CREATE TABLE object_schemas (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id      TEXT NOT NULL REFERENCES workspaces (id),
    name              TEXT NOT NULL,
    object_schema_key TEXT NOT NULL,
    description       TEXT NOT NULL DEFAULT '',
    created           TEXT NOT NULL,
    updated           TEXT NOT NULL,
    UNIQUE (workspace_id, object_schema_key),
    UNIQUE (workspace_id, name)
) STRICT;

CREATE TABLE icons (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    schema_id INTEGER NOT NULL REFERENCES object_schemas (id),
    key       TEXT NOT NULL,
    name      TEXT NOT NULL,
    png48     TEXT NOT NULL,
    UNIQUE (schema_id, key)
) STRICT;

CREATE TABLE object_types (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    schema_id    INTEGER NOT NULL REFERENCES object_schemas (id),
    parent_id    INTEGER REFERENCES object_types (id),
    name         TEXT NOT NULL,
    description  TEXT NOT NULL,
    external_id  TEXT NOT NULL,
    icon_key     TEXT,
    position     INTEGER NOT NULL,
    created      TEXT NOT NULL,
    updated      TEXT NOT NULL,
    UNIQUE (workspace_id, external_id),
    UNIQUE (schema_id, name)
) STRICT;

-- type: text integer boolean double date time date_time url email textarea select ipaddress
-- referenced_object status. Key, Created and Updated are rows too, with is_system = 1; their
-- values live in columns of objects. No attribute is inherited: configuring inheritance is not
-- supported by imports (7.5), so each type owns all it shows.
CREATE TABLE attributes (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id             TEXT NOT NULL REFERENCES workspaces (id),
    object_type_id           INTEGER NOT NULL REFERENCES object_types (id),
    name                     TEXT NOT NULL,
    description              TEXT NOT NULL,
    external_id              TEXT NOT NULL,
    type                     TEXT NOT NULL,
    is_system                INTEGER NOT NULL DEFAULT 0,
    is_label                 INTEGER NOT NULL DEFAULT 0,
    is_unique                INTEGER NOT NULL DEFAULT 0,
    minimum_cardinality      INTEGER NOT NULL DEFAULT 0,
    maximum_cardinality      INTEGER NOT NULL DEFAULT 1,  -- -1 is unlimited
    reference_object_type_id INTEGER REFERENCES object_types (id),
    options                  TEXT NOT NULL DEFAULT '[]',  -- of a select: JSON list of names
    status_names             TEXT NOT NULL DEFAULT '[]',  -- of a status: JSON list; [] is any
    position                 INTEGER NOT NULL,
    created                  TEXT NOT NULL,
    updated                  TEXT NOT NULL,
    UNIQUE (workspace_id, external_id),
    UNIQUE (object_type_id, name)
) STRICT;

-- schema_id is NULL for the global statuses.
CREATE TABLE statuses (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    schema_id   INTEGER REFERENCES object_schemas (id),
    name        TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    category    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX statuses_by_name ON statuses (coalesce(schema_id, 0), lower(name));

-- attributes: one JSON object, attribute id (string) to a list of stored string values; a
-- status is stored by its name, a reference is in object_references instead.
-- Ids are given out by the table sequences and never used twice.
CREATE TABLE objects (
    id               INTEGER PRIMARY KEY,
    workspace_id     TEXT NOT NULL,
    object_schema_id INTEGER NOT NULL,
    object_type_id   INTEGER NOT NULL,
    label            TEXT NOT NULL,
    object_key       TEXT NOT NULL,
    created          TEXT NOT NULL,
    updated          TEXT NOT NULL,
    attributes       TEXT NOT NULL
) STRICT;
CREATE INDEX objects_by_type ON objects (object_type_id);

CREATE TABLE object_references (
    object_id    INTEGER NOT NULL,
    attribute_id INTEGER NOT NULL,
    target_id    INTEGER NOT NULL,
    PRIMARY KEY (object_id, attribute_id, target_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX object_references_by_target ON object_references (target_id, attribute_id, object_id);

CREATE TABLE sequences (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE import_sources (
    number           INTEGER PRIMARY KEY AUTOINCREMENT,
    id               TEXT NOT NULL UNIQUE,
    workspace_id     TEXT NOT NULL REFERENCES workspaces (id),
    object_schema_id INTEGER NOT NULL REFERENCES object_schemas (id),
    name             TEXT NOT NULL,
    settings         TEXT NOT NULL,
    mapped           INTEGER NOT NULL DEFAULT 0,
    created          TEXT NOT NULL,
    updated          TEXT NOT NULL
) STRICT;

-- attributes: JSON list of {"attributeId", "locators", "externalIdPart", "iql"}.
CREATE TABLE object_type_mappings (
    source_number  INTEGER NOT NULL REFERENCES import_sources (number),
    object_type_id INTEGER NOT NULL REFERENCES object_types (id),
    position       INTEGER NOT NULL,
    selector       TEXT NOT NULL,
    description    TEXT NOT NULL,
    attributes     TEXT NOT NULL,
    PRIMARY KEY (source_number, object_type_id)
) STRICT, WITHOUT ROWID;

-- What an asynchronous PUT or PATCH of the mapping came to (7.8).
CREATE TABLE mapping_tasks (
    id            TEXT PRIMARY KEY,
    source_number INTEGER NOT NULL REFERENCES import_sources (number),
    problems      TEXT,  -- JSON list; NULL if it went well
    created       TEXT NOT NULL
) STRICT;

-- Which object an identity of an import source stands for (12.3). The row of a deleted
-- object stays until its identity comes again; readers join with objects.
CREATE TABLE identities (
    source_number  INTEGER NOT NULL,
    object_type_id INTEGER NOT NULL,
    identity       TEXT NOT NULL,
    object_id      INTEGER NOT NULL,
    PRIMARY KEY (source_number, object_type_id, identity)
) STRICT, WITHOUT ROWID;

-- Only of attributes with is_unique = 1; filled anew when a run starts.
CREATE TABLE unique_values (
    attribute_id INTEGER NOT NULL,
    value        TEXT NOT NULL,
    object_id    INTEGER NOT NULL,
    PRIMARY KEY (attribute_id, value)
) STRICT, WITHOUT ROWID;

-- kind: container (bound to one import source), user (email and API token), oauth (access
-- token). acting_as: user, app. scopes: JSON list, of OAuth tokens only. Only a SHA-256 of the
-- secret is kept.
CREATE TABLE credentials (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT NOT NULL,
    source_number INTEGER REFERENCES import_sources (number),
    email         TEXT,
    acting_as     TEXT NOT NULL,
    scopes        TEXT,
    secret_hash   BLOB NOT NULL UNIQUE,
    created       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_container_token ON credentials (source_number) WHERE kind = 'container';

-- Users from whom something was taken; permissions: JSON list. All others may do everything.
CREATE TABLE users (
    email       TEXT PRIMARY KEY,
    permissions TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- state: INGESTING PROCESSING DONE CANCELLED. acting_as: user, app. progress and result are JSON.
CREATE TABLE executions (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    source_number  INTEGER NOT NULL REFERENCES import_sources (number),
    state          TEXT NOT NULL,
    scheduled      INTEGER NOT NULL,
    actor          TEXT NOT NULL,
    acting_as      TEXT NOT NULL,
    created        TEXT NOT NULL,
    completed      TEXT,
    completing_id  TEXT,
    started        TEXT,
    ended          TEXT,
    phase          TEXT NOT NULL DEFAULT 'objects',
    repeats        INTEGER NOT NULL DEFAULT 0,
    differing      INTEGER NOT NULL DEFAULT 0,
    progress       TEXT,
    result         TEXT
) STRICT;
CREATE UNIQUE INDEX one_active_execution ON executions (source_number)
    WHERE state IN ('INGESTING', 'PROCESSING');
CREATE INDEX executions_of_source ON executions (source_number, number);

-- Where bodies lie in their execution's spool file, as received; the smallest number left is
-- where processing stands.
CREATE TABLE chunks (
    number           INTEGER PRIMARY KEY AUTOINCREMENT,
    execution_number INTEGER NOT NULL REFERENCES executions (number),
    start            INTEGER NOT NULL,
    length           INTEGER NOT NULL
) STRICT;
CREATE INDEX chunks_of_execution ON chunks (execution_number, number);

-- Which ids were seen in an execution, and where the first body of each lies.
CREATE TABLE chunk_ids (
    execution_number INTEGER NOT NULL,
    client_id        TEXT NOT NULL,
    start            INTEGER NOT NULL,
    length           INTEGER NOT NULL,
    PRIMARY KEY (execution_number, client_id)
) STRICT, WITHOUT ROWID;

-- What processing has counted so far, per mapped object type; JSON.
CREATE TABLE tallies (
    execution_number INTEGER NOT NULL,
    object_type_id   INTEGER NOT NULL,
    tally            TEXT NOT NULL,
    PRIMARY KEY (execution_number, object_type_id)
) STRICT, WITHOUT ROWID;

-- One bit per object met by this execution, in blocks of equal size.
CREATE TABLE met_objects (
    execution_number INTEGER NOT NULL,
    block            INTEGER NOT NULL,
    bits             BLOB NOT NULL,
    PRIMARY KEY (execution_number, block)
) STRICT, WITHOUT ROWID;

-- References wait here until every object is written. wanted: JSON object, attribute id
-- to the values its placeholders take.
CREATE TABLE pending_references (
    number           INTEGER PRIMARY KEY,
    execution_number INTEGER NOT NULL,
    object_type_id   INTEGER NOT NULL,
    object_id        INTEGER NOT NULL,
    wanted           TEXT NOT NULL
) STRICT;

-- acting_as: user, app; NULL where Assets itself wrote the entry.
CREATE TABLE failures (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    source_number    INTEGER NOT NULL REFERENCES import_sources (number),
    execution_number INTEGER REFERENCES executions (number),
    at               TEXT NOT NULL,
    actor            TEXT NOT NULL,
    acting_as        TEXT,
    reason           TEXT NOT NULL
) STRICT;
CREATE INDEX failures_of_source ON failures (source_number, id);
"""
