"""What a rehearsal needs of the database: the draft, the tree, and the applications of an earlier season."""

from collections.abc import Sequence

from sqlalchemy import func, select

from booking.db import ReadSession
from booking.draws.units import Need, group_categories, group_weight
from booking.members.models import Member, MemberCategory, Organisation
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.queries.quotas import overrides_of, tree
from booking.retreats.queries.seasons import choices
from booking.retreats.rules.building import ChoiceFacts
from booking.retreats.rules.rehearsal import Question, Terms, Tried


def question_of(tx: ReadSession, season: Season, *, earlier: Season | None, applications: int, seed: int) -> Question:
    """A rehearsal of a season, with the applications of an earlier one or with so many made-up ones."""
    offered = tuple(choices(tx, season.id))
    return Question(
        terms=Terms(
            title=season.title,
            policy=season.policy,
            bits=season.bits,
            sources=[(one[0], one[1], one[2], one[3]) for one in season.sources],
            enterprise_heads=season.enterprise_heads,
            most_choices=season.most_choices,
            most_together=season.most_together,
            categories=tuple(season.categories),
            organisation_kinds=tuple(season.organisation_kinds),
        ),
        choices=offered,
        tree=tuple(tree(tx)),
        overrides=overrides_of(tx, season.id),
        applications=applications,
        seed=seed,
        applied=() if earlier is None else tuple(_applied(tx, earlier, choices(tx, earlier.id), offered)),
    )


def earlier_season(tx: ReadSession, season: Season) -> tuple[Season, int] | None:
    """The season at the same house that opened last before this one and had applications, and how many."""
    entered = select(Application.season_id).where(Application.season_id == Season.id, Application.status == "entered")
    others = select(Season).where(
        Season.place_id == season.place_id, Season.id != season.id, Season.allotment_id.is_not(None), entered.exists()
    )
    found = next(iter(tx.all(others.order_by(Season.opens_at.desc(), Season.id.desc()).limit(1))), None)
    if found is None:
        return None
    mine = (Application.season_id == found.id, Application.status == "entered")
    return found, int(tx.scalar(select(func.count()).select_from(Application).where(*mine)))


def _applied(
    tx: ReadSession, earlier: Season, before: Sequence[ChoiceFacts], offered: Sequence[ChoiceFacts]
) -> list[Tried]:
    """Applications that took part then, with wishes for what there is now."""
    like = _alike(before, offered)
    found: list[Tried] = []
    members = _members(tx, earlier.id)
    for row in tx.all(select(Application).where(Application.season_id == earlier.id, Application.status == "entered")):
        heads = members.get(row.id, [])
        wishes = tuple(dict.fromkeys(like[batch, kind] for batch, kind in row.wishes if (batch, kind) in like))
        if heads and wishes:
            found.append(
                Tried(
                    id=row.id,
                    weight=row.weight or group_weight(one.weight for one in heads),
                    need=_need(row.rooms, heads),
                    categories=group_categories(one.categories for one in heads),
                    members=tuple(sorted(one.organisation for one in heads)),
                    choices=wishes,
                )
            )
    return sorted(found)


class _Head:
    """One member of an application."""

    def __init__(self, sex: str, organisation: str, weight: int, categories: Sequence[str]) -> None:
        self.sex = sex
        self.organisation = organisation
        self.weight = weight
        self.categories = categories


def _members(tx: ReadSession, season_id: int) -> dict[int, list[_Head]]:
    """The members of each application, as they were frozen or, before that, as they are."""
    verified: dict[int, list[str]] = {}
    mine = (Applicant.member_id == MemberCategory.member_id) & (Applicant.season_id == season_id)
    for member_id, category in tx.execute(
        select(MemberCategory.member_id, MemberCategory.category)
        .join(Applicant, mine)
        .where(MemberCategory.verified_at.is_not(None))
    ):
        verified.setdefault(member_id, []).append(category)
    home = func.coalesce(Applicant.organisation_id, Member.organisation_id)
    found: dict[int, list[_Head]] = {}
    for row in tx.execute(
        select(
            Applicant.application_id,
            Applicant.member_id,
            Member.sex,
            Organisation.code,
            Applicant.weight,
            Applicant.categories,
        )
        .join(Member, Member.id == Applicant.member_id)
        .join(Organisation, Organisation.id == home)
        .where(Applicant.season_id == season_id)
    ):
        categories = verified.get(row.member_id, []) if row.categories is None else row.categories
        found.setdefault(row.application_id, []).append(_Head(row.sex, row.code, row.weight or 1, categories))
    return found


def _need(rooms: int, heads: Sequence[_Head]) -> Need:
    if rooms:
        return Need(rooms=rooms)
    return Need(men=1) if heads[0].sex == "male" else Need(women=1)


def _alike(before: Sequence[ChoiceFacts], offered: Sequence[ChoiceFacts]) -> dict[tuple[int, int], int]:
    """For each choice of then the one of now: the same room type, in the batch that comes at the same part of it."""
    then, now = _numbers(before), _numbers(offered)
    index = {(one.batch, one.type_id): at for at, one in enumerate(offered)}
    found = {}
    for one in before:
        batch = now[then.index(one.batch) * len(now) // len(then)] if now else 0
        if (batch, one.type_id) in index:
            found[one.batch, one.type_id] = index[batch, one.type_id]
    return found


def _numbers(known: Sequence[ChoiceFacts]) -> list[int]:
    return sorted({one.batch for one in known})
