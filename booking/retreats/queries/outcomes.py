"""What came of an application: its place, or why it has none; for its members alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from booking.db import ReadSession
from booking.draws.explaining import Closing, DrawEarlier, RankAlso, Why
from booking.draws.records import id_field
from booking.members.models import Organisation
from booking.payments.queries import balance
from booking.retreats.errors_applying import ApplicationNotFound
from booking.retreats.errors_places import PlaceNotFound
from booking.retreats.models import Applicant, Application, Season
from booking.retreats.queries.drawn import why
from booking.retreats.queries.placed import Placed, placed
from booking.retreats.queries.seasons import choices
from booking.retreats.rules.building import ChoiceFacts
from booking.retreats.rules.pasts import next_tickets
from booking.retreats.rules.places import GONE, STAGES, Share
from booking.retreats.schemas_places import (
    ChangeView,
    ChoiceView,
    ClosingView,
    OutcomeView,
    PlaceView,
    ShareView,
    WhyView,
)
from booking.rooms.models import Stay, StayRoom
from booking.rooms.rules.nights import date_of

BEFORE = ("draft", "open", "frozen", "cancelled")
"""States of a season in which nothing has come of any application yet."""


def outcome_of(tx: ReadSession, now: datetime, season: Season, member_id: int) -> OutcomeView | None:
    """What came of a member's application; None before the draw, and of one that took no part in it.

    Raises:
        ApplicationNotFound: the member is in none.
    """
    mine = tx.get(Applicant, member_id=member_id, season_id=season.id)
    application = None if mine is None else tx.get(Application, season_id=season.id, id=mine.application_id)
    if mine is None or application is None:
        raise ApplicationNotFound
    if season.status in BEFORE or application.status != "entered":
        return None
    try:
        place = place_view(tx, now, placed(tx, season, application.id))
    except PlaceNotFound:
        place = None
    reason = why(tx, season.id, application.id)
    tickets = mine.weight or 1
    return OutcomeView(
        season=season.code,
        application=id_field(application.id),
        outcome="lost" if place is None else "won",
        place=place,
        why=None if reason is None else why_view(tx, season, reason),
        tickets=tickets,
        next_tickets=next_tickets(tickets, len(application.wishes), None if place is None else place.status),
        next_stage_at=next_stage_at(season) if place is None else None,
    )


def next_stage_at(season: Season) -> datetime | None:
    """From when the places that were given up are drawn for."""
    return {"drawn": season.confirm_by, "second": season.second_confirm_by}.get(season.status)


def place_view(tx: ReadSession, now: datetime, one: Placed) -> PlaceView:
    """A place as the members of its application see it."""
    place, season = one.place, one.season
    stay = None if place.stay_id is None else tx.get(Stay, place_id=season.place_id, id=place.stay_id)
    owed = 0 if place.folio_id is None else balance(tx, season.place_id, place.folio_id).owed
    in_time = place.confirm_by > now
    is_open = place.status == "offered" and in_time
    return PlaceView(
        application=id_field(place.application_id),
        stage=place.stage,
        status=place.status,  # type: ignore[arg-type]  # the table allows no other
        batch=place.batch,
        batch_name=one.batch.name,
        batch_name_en=one.batch.name_en,
        arrival=date_of(one.batch.arrival),
        departure=date_of(one.batch.departure),
        type=place.type_id,
        type_name=one.kind.name,
        type_name_en=one.kind.name_en,
        shared=one.is_shared,
        confirm_by=place.confirm_by,
        decided_at=place.decided_at,
        shares=[_share(share) for share in one.shares],
        own_fen=sum(share.own for share in one.shares),
        borne_fen=sum(share.borne for share in one.shares),
        document=season.subsidy_document,
        clause=season.subsidy_clause,
        house=season.place_id,
        stay=place.stay_id,
        stay_status="" if stay is None else stay.status,
        folio=place.folio_id,
        owed_fen=owed,
        can_confirm=is_open,
        can_decline=is_open or (place.status == "confirmed" and _may_be_given_up(tx, stay)),
        can_restore=place.status in GONE and in_time and season.status == STAGES[place.stage],
    )


def _share(share: Share) -> ShareView:
    return ShareView(share.name, share.fen, share.borne, share.own, share.why)  # type: ignore[arg-type]


def _may_be_given_up(tx: ReadSession, stay: Stay | None) -> bool:
    """Whether nobody has come to a stay, and it was not marked as one to which nobody came."""
    if stay is None or stay.status in ("refused", "displaced"):
        return True
    here = (StayRoom.place_id == stay.place_id, StayRoom.stay_id == stay.id)
    came = select(StayRoom.id).where(*here, StayRoom.status.in_(("in_house", "departed"))).limit(1)
    return stay.status in ("pending", "confirmed") and tx.execute(came).first() is None


def why_view(tx: ReadSession, season: Season, reason: Why) -> WhyView:
    """A reason in the words of the season: batches, room types and organisations by their names."""
    known = choices(tx, season.id)
    codes = {one.node for one in reason.missed if one.node}
    nodes = select(Organisation).where(Organisation.code.in_(sorted(codes)))
    names = {node.code: node for node in tx.all(nodes)} if codes else {}
    return WhyView(
        position=reason.position,
        of=reason.of,
        missed=[_closing(known, names.get(one.node), one) for one in reason.missed],
        change=_change(known, reason),
    )


def _closing(known: Sequence[ChoiceFacts], node: Organisation | None, one: Closing) -> ClosingView:
    return ClosingView(
        choice=choice_view(known[one.choice]),
        position=one.position,
        reason=one.reason.value,
        categories=list(one.categories),
        node=one.node,
        node_name=node.name if node else one.node,
        node_name_en=node.name_en if node else one.node,
        heads=one.heads,
    )


def _change(known: Sequence[ChoiceFacts], reason: Why) -> ChangeView | None:
    match reason.change:
        case RankAlso(open_ones):
            offered = [choice_view(known[choice]) for choice in open_ones]
            return ChangeView(kind="rank_also", choices=offered, position=None)
        case DrawEarlier(choice, position):
            return ChangeView(kind="draw_earlier", choices=[choice_view(known[choice])], position=position)
        case _:
            return None


def choice_view(choice: ChoiceFacts) -> ChoiceView:
    """Rooms of a type in a batch, by their names."""
    return ChoiceView(
        batch=choice.batch,
        batch_name=choice.batch_name,
        batch_name_en=choice.batch_name_en,
        type=choice.type_id,
        type_name=choice.type_name,
        type_name_en=choice.type_name_en,
    )
