"""How many applied below an officer's node: by what became of their application, by category, by organisation."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Select, func, select

from booking.db import ReadSession
from booking.members.models import Member, MemberCategory, Organisation
from booking.members.queries.claims import below, count_claims
from booking.members.rules.roles import verifies
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.schemas_applying import CategoryCount, CountsView, NodeCount, StatusCount
from booking.web.principal import Principal

Found: TypeAlias = Select[*tuple[Any, ...]]


def counts(tx: ReadSession, season: Season, by: Principal) -> CountsView:
    """Applications and heads of the members below an officer's node.

    A group counts with its heads from there; it is one application to each officer who sees some of them.

    Raises:
        StaffOnly: the asker is no officer.
    """
    here = below(tx, by)
    return CountsView(
        season=season.code,
        statuses=_statuses(tx, _applicants(season, Application.status, Applicant.application_id).where(*here)),
        categories=_categories(tx, _applicants(season, Applicant.member_id).where(*here)),
        nodes=_nodes(tx, by, _applicants(season, Organisation.path, Applicant.member_id).where(*here)),
        claims=count_claims(tx, by),
        claims_of_applicants=count_claims(tx, by, applicant_ids(season)),
        closes_at=season.closes_at,
        freezes_at=season.freezes_at,
    )


def applicant_ids(season: Season) -> Select[int]:
    """The ids of everybody who is in an application."""
    return select(Applicant.member_id).where(Applicant.season_id == season.id)


def _applicants(season: Season, *columns: Any) -> Found:
    """Who is in an application, with their organisation: the one that was frozen, before that their own."""
    same = (Application.season_id == Applicant.season_id) & (Application.id == Applicant.application_id)
    home = func.coalesce(Applicant.organisation_id, Member.organisation_id)
    return (
        select(*columns)
        .select_from(Applicant)
        .join(Application, same)
        .join(Member, Member.id == Applicant.member_id)
        .join(Organisation, Organisation.id == home)
        .where(Applicant.season_id == season.id)
    )


def _statuses(tx: ReadSession, mine: Found) -> list[StatusCount]:
    rows = mine.subquery()
    counted = select(rows.c.status, func.count(rows.c.application_id.distinct()), func.count()).group_by(rows.c.status)
    found = {status: (applications, heads) for status, applications, heads in tx.execute(counted)}
    order = ("entered", "gathering", "excluded")
    return [
        StatusCount(status=status, applications=found[status][0], heads=found[status][1])
        for status in order
        if status in found
    ]


def _categories(tx: ReadSession, mine: Found) -> list[CategoryCount]:
    row, verified = MemberCategory, MemberCategory.verified_at.is_not(None)
    counted = (
        select(row.category, verified, func.count())
        .where(row.member_id.in_(mine))
        .group_by(row.category, verified)
        .order_by(row.category)
    )
    heads, claimed = Counter[str](), Counter[str]()
    for category, is_verified, number in tx.execute(counted):
        (heads if is_verified else claimed)[category] += number
    return [
        CategoryCount(category=category, heads=heads[category], claimed=claimed[category])
        for category in sorted(heads.keys() | claimed.keys())
    ]


def _nodes(tx: ReadSession, by: Principal, mine: Found) -> list[NodeCount]:
    rows = mine.subquery()
    counted = select(rows.c.path, func.count()).group_by(rows.c.path)
    roots = _roots(tx, by)
    heads = Counter[int]()
    for path, number in tx.execute(counted):
        heads[_branch(path, roots)] += number
    names = select(Organisation.id, Organisation.name, Organisation.name_en).where(Organisation.id.in_(heads))
    found = [
        NodeCount(id=node, name=name, name_en=name_en, heads=heads[node]) for node, name, name_en in tx.execute(names)
    ]
    return sorted(found, key=lambda one: (-one.heads, one.id))


def _roots(tx: ReadSession, by: Principal) -> list[str]:
    """The paths of the officer's nodes; for all of the federation, those of the topmost."""
    allowed = verifies(by.scopes)
    theirs = Organisation.parent_id.is_(None) if allowed.everyone else Organisation.id.in_(allowed.organisations)
    return [path for (path,) in tx.execute(select(Organisation.path).where(theirs).order_by(Organisation.path))]


def _branch(path: str, roots: Sequence[str]) -> int:
    """The node just below an officer's through which a path goes; the officer's own where it ends there."""
    root = max((one for one in roots if path.startswith(one)), key=len)
    further = path[len(root) :].partition("/")[0]
    return int(further or root.rstrip("/").rpartition("/")[2])
