"""What assetferry costs, measured against the same work done barely: ``python -m bench``."""
