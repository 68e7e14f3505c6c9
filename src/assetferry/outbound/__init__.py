"""The one HTTP client everything goes through; nothing else imports an HTTP library."""
