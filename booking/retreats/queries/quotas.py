"""The tree of organisations as quotas see it, heads that applied, and the places that officers set."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.members.models import Member
from booking.members.models import Organisation as OrganisationRow
from booking.retreats.models import Applicant, Application, QuotaOverride
from booking.retreats.rules.building import Organisation


@dataclass(frozen=True, slots=True)
class OverrideFacts:
    """Places that an officer set for a node, or took back (`heads` None)."""

    id: int
    code: str
    name: str
    name_en: str
    heads: int | None
    reason: str
    by: str
    at: datetime


def tree(tx: ReadSession) -> list[Organisation]:
    """All organisations."""
    node, above = OrganisationRow.__table__.alias("node"), OrganisationRow.__table__.alias("above")
    found = tx.execute(
        select(node.c.code, func.coalesce(above.c.code, ""), node.c.kind, node.c.members)
        .select_from(node.outerjoin(above, above.c.id == node.c.parent_id))
        .order_by(node.c.code)
    )
    return [Organisation(*one) for one in found]


def heads_of(tx: ReadSession, season_id: int) -> dict[str, int]:
    """Heads in applications that take part, by the code of their own organisation; before the freeze, as it is now."""
    home = func.coalesce(Applicant.organisation_id, Member.organisation_id)
    counted = (
        select(OrganisationRow.code, func.count())
        .select_from(Applicant)
        .join(
            Application,
            (Application.season_id == Applicant.season_id) & (Application.id == Applicant.application_id),
        )
        .join(Member, Member.id == Applicant.member_id)
        .join(OrganisationRow, OrganisationRow.id == home)
        .where(Applicant.season_id == season_id, Application.status == "entered")
        .group_by(OrganisationRow.code)
    )
    return {code: int(heads) for code, heads in tx.execute(counted)}


def overrides_of(tx: ReadSession, season_id: int) -> dict[str, int]:
    """Places by the code of their node, as officers set them last."""
    latest: dict[str, int | None] = {one.code: one.heads for one in override_history(tx, season_id)}
    return {code: heads for code, heads in latest.items() if heads is not None}


def override_history(tx: ReadSession, season_id: int) -> list[OverrideFacts]:
    """Every override of a season, the oldest first."""
    row = QuotaOverride
    found = tx.execute(
        select(
            row.id,
            OrganisationRow.code,
            OrganisationRow.name,
            OrganisationRow.name_en,
            row.heads,
            row.reason,
            Member.name.label("by"),
            row.at,
        )
        .join(OrganisationRow, OrganisationRow.id == row.organisation_id)
        .join(Member, Member.id == row.by)
        .where(row.season_id == season_id)
        .order_by(row.id)
    )
    return [OverrideFacts(**one._mapping) for one in found]
