"""The server's own database: one SQLite file, one writer, any number of readers."""
