"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
additive = False  # True if it only adds: older copies of the bot then go on beside it (a test looks)


def upgrade() -> None:
    """${message}"""
    ${upgrades if upgrades else "pass"}
