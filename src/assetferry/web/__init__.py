"""What assetferry answers over HTTP: web triggers and health."""
