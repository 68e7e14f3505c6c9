"""Alembic's home: one revision per change of the tables, for both databases."""
