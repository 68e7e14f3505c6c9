"""What is looked at before a run: everything it needs, with nothing changed anywhere."""
