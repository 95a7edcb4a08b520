"""References are found by how they begin, also where PostgreSQL sorts as a language does."""

from __future__ import annotations

from alembic import op

revision = "2026_11_30_0018"
down_revision = "2026_11_30_0017"
branch_labels = None
depends_on = None
additive = True

TABLES = ("allocations", "actions", "loops", "moderations")


def upgrade() -> None:
    """Only indexes, and on PostgreSQL alone: SQLite sorts byte by byte, so its primary key does."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.create_index(f"ix_{table}_begins", table, ["reference"], postgresql_ops={"reference": "varchar_pattern_ops"})
