"""The schema-and-mapping document: read, judge, apply, write back (section 7)."""
