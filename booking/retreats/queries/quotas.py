"""The tree of organisations as quotas see it, heads that applied, and the places that officers set."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.draws.rules import Level
from booking.members.models import Member
from booking.members.models import Organisation as OrganisationRow
from booking.retreats.models import Applicant, Application, QuotaOverride, Season
from booking.retreats.queries.seasons import choices
from booking.retreats.rules.building import LEVELS, Organisation, places_of, quotas_of
from booking.retreats.schemas_season_views import OverrideView, QuotaList, QuotaView
from booking.web.facts import Named


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


def quota_list(tx: ReadSession, season: Season) -> QuotaList:
    """The split as applications stand, beside that which there would be if everybody applied."""
    organisations, offered, set_ones = tree(tx), choices(tx, season.id), overrides_of(tx, season.id)
    everybody = {one.code: one.members for one in organisations}
    full = {one.code: one.heads for one in quotas_of(offered, organisations, everybody, set_ones)}
    found = quotas_of(offered, organisations, heads_of(tx, season.id), set_ones)
    names = names_of(tx)
    nodes = [
        QuotaView(
            organisation=one.code,
            name=names[one.code].name,
            name_en=names[one.code].name_en,
            parent=one.parent,
            level=int(one.level),
            members=one.members,
            applied=one.applied,
            heads=one.heads,
            fills=full[one.code],
            limits=not one.is_satisfied,
            override=one.override,
        )
        for one in found
    ]
    history = [
        OverrideView(
            organisation=one.code,
            name=one.name,
            name_en=one.name_en,
            heads=one.heads,
            reason=one.reason,
            by=one.by,
            at=one.at,
        )
        for one in override_history(tx, season.id)
    ]
    sums = {"places": places_of(offered), "enterprise_heads": season.enterprise_heads}
    return QuotaList(**sums, nodes=nodes, overrides=history)


def names_of(tx: ReadSession) -> dict[str, Named]:
    """The names of city, districts and townships."""
    row = OrganisationRow
    upper = [kind for kind, level in LEVELS.items() if level <= Level.TOWNSHIP]
    found = tx.execute(select(row.code, row.name, row.name_en).where(row.kind.in_(upper)))
    return {code: Named(name, name_en) for code, name, name_en in found}
