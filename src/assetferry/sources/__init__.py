"""Where records come from: each source read page by page, from a place that can be stored."""
