"""Landmarks of streams, by which a source that goes in circles is found out.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add three columns."""
    for name in ("first_page", "landmark_cursor", "landmark_page"):
        op.add_column("streams", sa.Column(name, sa.LargeBinary(), nullable=True))
