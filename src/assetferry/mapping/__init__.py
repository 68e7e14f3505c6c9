"""From records to entries, and the document that tells Assets how to read them."""
