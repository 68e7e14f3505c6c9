"""The import itself. It knows no HTTP, no web and no command line: see ``ports``."""
