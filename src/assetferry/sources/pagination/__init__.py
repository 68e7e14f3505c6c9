"""How a list is cut into pages, and how its end is stated: one pure class per way."""
