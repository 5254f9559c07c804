<%!
import re

def plain(steps):
    """Alembic's steps without its remarks."""
    return re.sub(r"\n? *# ###.*", "", steps).replace(", schema=None", "").strip() or "pass"
%>"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${plain(upgrades or "")}
