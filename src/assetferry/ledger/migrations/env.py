"""Run by Alembic: migrates over the connection that ``upgrade.py`` hands in."""

from alembic import context

from assetferry.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
