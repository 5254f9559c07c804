"""Applications over the API: mine, whom I ask along, and what I am asked."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from booking.clock import Clock
from booking.db import Database, ReadSession
from booking.errors import BookingError, Unauthenticated
from booking.retreats import errors, errors_applying
from booking.retreats.queries.applications import (
    application_view,
    applications_of,
    live_application,
    my_application,
    withdrawn_application,
)
from booking.retreats.queries.invitations import asked_views
from booking.retreats.queries.receipts import receipt
from booking.retreats.queries.seasons import season_of
from booking.retreats.schemas_applying import (
    ApplicationRequest,
    ApplicationView,
    AskedList,
    AskedView,
    InviteRequest,
    MineList,
    Receipt,
)
from booking.retreats.service.applying import answering, entering, inviting, withdrawing
from booking.web.etags import tagged, tagged_answers
from booking.web.idempotency import once
from booking.web.principal import Principal
from booking.web.responses import answers, refusals

AnyRequest = Request[Any, Any, Any]
Code = Annotated[str, PathParameter(max_length=40, description="A season by its code, e.g. `2027-spring`.")]
Hex = Annotated[str, PathParameter(pattern="^[0-9a-f]{16}$", description="An application: 16 hexadecimal digits.")]
MemberId = Annotated[int, PathParameter(ge=1, lt=2**53, description="`member` of an invitation.")]

NOT_NOW: tuple[type[BookingError], ...] = (
    errors.SeasonNotFound,
    errors_applying.NotOpenYet,
    errors_applying.ApplicationsClosed,
    errors_applying.SeasonCancelled,
)
NOT_ELIGIBLE: tuple[type[BookingError], ...] = (
    errors.CategoryNeeded,
    errors.OrganisationKindNeeded,
    errors.DuesUnpaid,
    errors.RestYears,
    errors.MemberLeft,
)
WRONG_PARTY: tuple[type[BookingError], ...] = (
    errors_applying.TooManyTogether,
    errors_applying.SharesAlone,
    errors_applying.NotShared,
    errors_applying.TooManyRoomsTogether,
    errors_applying.RoomTooSmall,
)
WRONG_WISHES: tuple[type[BookingError], ...] = (
    errors_applying.NoWishes,
    errors_applying.TooManyWishes,
    errors_applying.WishTwice,
    errors.UnknownChoice,
)
WRONG_INVITEE: tuple[type[BookingError], ...] = (
    errors_applying.InviteeNotFound,
    errors_applying.InvitedThemselves,
    errors_applying.AlreadyInvited,
)
NOT_MINE: tuple[type[BookingError], ...] = (
    Unauthenticated,
    errors_applying.ApplicationNotFound,
    errors_applying.ApplicationChanged,
)


@get("/me/retreats", responses=refusals(Unauthenticated) | tagged_answers(MineList))
async def get_my_applications(
    request: AnyRequest,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """My applications of all seasons, the newest season first."""
    found = await database.read(applications_of, clock(), member.member_id)
    return tagged(request, MineList(found), private=True)


@get(
    "/retreats/{code:str}/application",
    responses=refusals(Unauthenticated, errors.SeasonNotFound, errors_applying.ApplicationNotFound)
    | tagged_answers(ApplicationView),
)
async def get_application(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """The application that I am in, made by me or by somebody who asked me; or mine that I withdrew last."""

    def read(tx: ReadSession) -> ApplicationView:
        season = season_of(tx, code)
        found = my_application(tx, season.id, member.member_id) or withdrawn_application(
            tx, season.id, member.member_id
        )
        if found is None:
            raise errors_applying.ApplicationNotFound
        return application_view(tx, clock(), season, found, member.member_id)

    return tagged(request, await database.read(read), private=True)


@put(
    "/retreats/{code:str}/application",
    responses=refusals(
        *NOT_MINE,
        *NOT_NOW,
        *NOT_ELIGIBLE,
        *WRONG_WISHES,
        *WRONG_PARTY,
        *WRONG_INVITEE,
        errors_applying.AlreadyApplied,
        errors_applying.NotTheLead,
        body=True,
        idempotent=True,
    )
    | answers(200, ApplicationView, "Applied, or changed"),
)
async def put_application(
    request: AnyRequest,
    code: Code,
    data: JSONBody[ApplicationRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Apply; or, with the `sequence` that was read, change wishes, rooms and companions, and ask more along."""
    return await once(database, request, member.actor, entering.save, member, code, data)


@delete(
    "/retreats/{code:str}/application",
    status_code=200,
    responses=refusals(*NOT_MINE, *NOT_NOW, errors_applying.NotTheLead, idempotent=True)
    | answers(200, ApplicationView, "Withdrawn; it can be restored while applications are taken"),
)
async def delete_application(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Withdraw the application that I made, for everybody in it."""
    return await once(database, request, member.actor, withdrawing.withdraw, member, code)


@post(
    "/retreats/{code:str}/application/restore",
    responses=refusals(
        Unauthenticated,
        *NOT_NOW,
        *NOT_ELIGIBLE,
        errors_applying.NothingToTakeBack,
        errors_applying.AlreadyApplied,
        errors_applying.ApplicationChanged,
        idempotent=True,
    )
    | answers(201, ApplicationView, "As it was before it was withdrawn"),
)
async def restore_application(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Take my last withdrawal back."""
    return await once(database, request, member.actor, withdrawing.take_back, member, code)


@post(
    "/retreats/{code:str}/application/leave",
    responses=refusals(*NOT_MINE, *NOT_NOW, errors_applying.LeadCannotLeave, idempotent=True)
    | answers(201, AskedView, "Left; for ten minutes the invitation can be accepted again"),
)
async def leave_application(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Leave the application that I joined; the others stay in it."""
    return await once(database, request, member.actor, answering.leave, member, code)


@post(
    "/retreats/{code:str}/application/invitations",
    responses=refusals(
        *NOT_MINE, *NOT_NOW, *WRONG_PARTY, *WRONG_INVITEE, errors_applying.NotTheLead, body=True, idempotent=True
    )
    | answers(201, ApplicationView, "Asked; until they answer, the application does not take part"),
)
async def post_invitation(
    request: AnyRequest,
    code: Code,
    data: JSONBody[InviteRequest],
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Ask a member along."""
    return await once(database, request, member.actor, inviting.invite, member, code, data)


@delete(
    "/retreats/{code:str}/application/invitations/{invited:int}",
    status_code=200,
    responses=refusals(
        *NOT_MINE,
        *NOT_NOW,
        errors_applying.NotTheLead,
        errors_applying.InvitationNotFound,
        errors_applying.InvitationOver,
        idempotent=True,
    )
    | answers(200, ApplicationView, "Taken back"),
)
async def delete_invitation(
    request: AnyRequest,
    code: Code,
    invited: MemberId,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Take back an invitation that was not answered."""
    return await once(database, request, member.actor, inviting.uninvite, member, code, invited)


@get(
    "/retreats/{code:str}/application/receipt",
    responses=refusals(
        Unauthenticated, errors.SeasonNotFound, errors_applying.ApplicationNotFound, errors_applying.NoReceipt
    )
    | tagged_answers(Receipt),
)
async def get_receipt(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """The bytes of my application that are committed to, its salt and, after the freeze, its inclusion proof."""

    def read(tx: ReadSession) -> Receipt:
        season = season_of(tx, code)
        return receipt(tx, season, live_application(tx, season.id, member.member_id))

    return tagged(request, await database.read(read), private=True)


@get(
    "/retreats/{code:str}/invitations",
    responses=refusals(Unauthenticated, errors.SeasonNotFound) | tagged_answers(AskedList),
)
async def get_invitations(
    request: AnyRequest,
    code: Code,
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """What I am asked in a season and have not answered, the newest first."""

    def read(tx: ReadSession) -> AskedList:
        return AskedList(asked_views(tx, clock(), season_of(tx, code), member.member_id))

    return tagged(request, await database.read(read), private=True)


@post(
    "/retreats/{code:str}/invitations/{application:str}/accept",
    responses=refusals(
        *NOT_MINE,
        *NOT_NOW,
        *NOT_ELIGIBLE,
        *WRONG_PARTY,
        errors_applying.InvitationNotFound,
        errors_applying.InvitationOver,
        errors_applying.AlreadyApplied,
        idempotent=True,
    )
    | answers(201, ApplicationView, "Joined"),
)
async def accept_invitation(
    request: AnyRequest,
    code: Code,
    application: Hex,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Join the application into which I was asked."""
    return await once(database, request, member.actor, answering.accept, member, code, int(application, 16))


@post(
    "/retreats/{code:str}/invitations/{application:str}/decline",
    responses=refusals(
        *NOT_MINE, *NOT_NOW, errors_applying.InvitationNotFound, errors_applying.InvitationOver, idempotent=True
    )
    | answers(201, AskedView, "Declined; for ten minutes it can still be accepted"),
)
async def decline_invitation(
    request: AnyRequest,
    code: Code,
    application: Hex,
    database: NamedDependency[Database],
    member: NamedDependency[Principal],
) -> Response[bytes]:
    """Not come along."""
    return await once(database, request, member.actor, answering.decline, member, code, int(application, 16))


handlers = [
    get_my_applications,
    get_application,
    put_application,
    delete_application,
    restore_application,
    leave_application,
    post_invitation,
    delete_invitation,
    get_receipt,
    get_invitations,
    accept_invitation,
    decline_invitation,
]
