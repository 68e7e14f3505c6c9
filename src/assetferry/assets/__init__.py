"""The Imports REST API of Assets, as a client sees it."""
