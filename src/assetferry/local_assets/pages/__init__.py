"""Pages under ``/_local/`` for people: what is here, what ran, what it came to.

They only show. Each is a template over a plain ``view``; the same view is the page's JSON twin,
``?format=json``.
"""
