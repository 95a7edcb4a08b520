"""Alembic's entrance: runs the migrations on the connection and inside the transaction `upgrade` made."""

from __future__ import annotations

from alembic import context

from storage.schema.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a column by rebuilding its table
    transactional_ddl=True,  # both databases can undo a half-made schema
)
context.run_migrations()
