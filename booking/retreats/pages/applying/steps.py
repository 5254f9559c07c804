"""To apply in three steps: which batches and rooms, who comes along, and a last look. Each can be gone back to."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import replace

from booking.clock import Clock
from booking.db import Database
from booking.errors import BookingError, Busy
from booking.retreats import errors_applying
from booking.retreats.errors import SeasonNotFound
from booking.retreats.pages.applying.draft import Draft, drop_draft, keep_draft, read_draft
from booking.retreats.pages.applying.party import beside, check_named, party_fields, read_party
from booking.retreats.pages.applying.seeing import Seen, costs, see
from booking.retreats.rules.applying import Wish, check_wishes
from booking.retreats.rules.ranking import TAPS, ranked
from booking.retreats.rules.weights import BEGAN_AGAIN
from booking.retreats.rules.words import LOTTERY_NAMES
from booking.retreats.rules.words_applying import EFFECT_NAMES
from booking.retreats.schemas_applying import MOST_WISHES, ApplicationView
from booking.retreats.service.applying import entering
from booking.web.idempotency import KeyReused, once_form
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT, page, redirect
from booking.web.principal import Principal

AnyRequest = Request[Any, Any, Any]


@get("/retreats/{code:str}/apply")
async def wishes_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    principal: NamedDependency[Principal | None],
) -> Response[Any]:
    """Which batches and rooms, the dearest first."""
    if principal is None:
        return Redirect(f"/sign-in?next={quote(request.url.path, safe='')}", status_code=303)
    seen = await database.read(see, clock(), code, principal)
    draft = read_draft(request, code, principal, seen.stored)
    return _wishes(request, seen, draft, principal) if seen.refusal is None else _cannot(request, seen)


@post("/retreats/{code:str}/apply")
async def rank(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """One tap at the list, or on to the next step; `keep` only remembers it, for pages that rank by themselves."""
    form = await request.form()
    seen = await database.read(see, clock(), code, member)
    if seen.refusal is not None:
        return _cannot(request, seen)
    before = read_draft(request, code, member, seen.stored)
    draft, tapped = _tapped(form, before, seen)
    answer: Response[Any]
    if "keep" in form:
        answer = Response(content=None, status_code=204)
    elif tapped is not None:
        answer = redirect(request, f"/retreats/{code}/apply#wish-{tapped[0]}-{tapped[1]}")
    else:
        try:
            check_wishes(seen.season, seen.offers, draft.wishes)
        except BookingError as error:
            answer = _wishes(request, seen, draft, member, error)
        else:
            answer = redirect(request, f"/retreats/{code}/apply/party")
    keep_draft(request, code, answer, draft)
    return answer


@get("/retreats/{code:str}/apply/party")
async def party_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Who comes along."""
    seen = await database.read(see, clock(), code, member)
    draft = read_draft(request, code, member, seen.stored)
    if seen.refusal is not None:
        return _cannot(request, seen)
    if not draft.wishes:
        return redirect(request, f"/retreats/{code}/apply")
    return _party(request, seen, draft)


@post("/retreats/{code:str}/apply/party")
async def choose_party(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """On to the last look, or back with everything kept."""
    form = await request.form()
    seen = await database.read(see, clock(), code, member)
    if seen.refusal is not None:
        return _cannot(request, seen)
    draft = read_party(form, read_draft(request, code, member, seen.stored))
    if "back" in form:
        answer: Response[Any] = redirect(request, f"/retreats/{code}/apply")
    else:
        try:
            await database.read(check_named, seen, draft, member)
        except Busy:
            raise
        except BookingError as error:
            answer = _party(request, seen, draft, error)
        else:
            answer = redirect(request, f"/retreats/{code}/apply/check")
    keep_draft(request, code, answer, draft)
    return answer


@get("/retreats/{code:str}/apply/check")
async def check_page(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """A last look: what is wished for, with whom, how many tickets and why, what it would cost at most."""
    seen = await database.read(see, clock(), code, member)
    draft = read_draft(request, code, member, seen.stored)
    if seen.refusal is not None:
        return _cannot(request, seen)
    if not draft.wishes or not draft.how:
        return redirect(request, f"/retreats/{code}/apply{'/party' if draft.wishes else ''}")
    return _check(request, seen, draft, member)


@post("/retreats/{code:str}/apply/check")
async def send(
    request: AnyRequest,
    code: FromPath[str],
    database: NamedDependency[Database],
    clock: NamedDependency[Clock],
    member: NamedDependency[Principal],
) -> Response[Any]:
    """Apply, or change what one applied for."""
    seen = await database.read(see, clock(), code, member)
    draft = read_draft(request, code, member, seen.stored)
    key = str((await request.form()).get("idempotency_key", ""))
    try:
        view = await once_form(
            database, request, member.actor, key, entering.save, ApplicationView, member, code, draft.request()
        )
    except (Busy, KeyReused, SeasonNotFound):
        raise
    except BookingError as error:
        again = await database.read(see, clock(), code, member)
        current = replace(draft, sequence=None if again.stored is None else again.stored.sequence)
        answer: Response[Any] = _check(request, again, current, member, error)
        keep_draft(request, code, answer, current)
        return answer
    answer = redirect(request, f"/retreats/{code}/mine", sentence(request, _said(view, draft)))
    drop_draft(request, code, answer)
    return answer


def _said(view: ApplicationView, draft: Draft) -> str:
    if view.status == "gathering":
        return N_("邀请发出去了。等同行的人都答复，报名就参加抽签。")
    return N_("改好了。") if draft.sequence is not None else N_("报名好了，会参加抽签。")


def _tapped(form: FormMultiDict, before: Draft, seen: Seen) -> tuple[Draft, Wish | None]:
    """The list after the tap that sent it; what the season does not have is left out."""
    sent = [_wish(text) for text in form.getall("wish", [])[:MOST_WISHES]]
    listed = [wish for wish in sent if wish is not None and wish in seen.offers]
    wishes = list(dict.fromkeys(listed))
    for tap in TAPS:
        wish = _wish(form.get(tap))
        if wish is not None and wish in seen.offers:
            return replace(before, wishes=tuple(ranked(wishes, tap, wish))), wish
    return replace(before, wishes=tuple(wishes)), None


def _wish(text: object) -> Wish | None:
    """`2-14`: a batch and a room type."""
    batch, _, kind = text.partition("-") if isinstance(text, str) else ("", "", "")
    if all(part.isascii() and part.isdecimal() and len(part) < 16 for part in (batch, kind)):
        return int(batch), int(kind)
    return None


def _shared(seen: Seen, draft: Draft, path: str) -> dict[str, Any]:
    return {
        "path": f"/retreats/{seen.season.code}{path}",
        "season": seen.season,
        "season_name": seen.name,
        "seen": seen,
        "draft": draft,
        "chosen": seen.chosen(draft.wishes),
        "own": f"/retreats/{seen.season.code}",
        "headers": NOT_KEPT,
    }


def _wishes(
    request: AnyRequest, seen: Seen, draft: Draft, member: Principal, error: BookingError | None = None
) -> Response[str]:
    return page(
        request,
        "retreats/apply_wishes.html",
        status_code=200 if error is None else error.status,
        errors={} if error is None else {"": words(request, error)},
        own_fen={(one.choice.batch, one.choice.type_id): one.own for one in costs(seen, list(seen.offers), member, 0)},
        full=len(draft.wishes) >= seen.season.most_choices,
        **_shared(seen, draft, "/apply"),
    )


def _party(request: AnyRequest, seen: Seen, draft: Draft, error: BookingError | None = None) -> Response[str]:
    return page(
        request,
        "retreats/apply_party.html",
        status_code=200 if error is None else error.status,
        errors={} if error is None else {beside(error, draft): words(request, error)},
        **party_fields(seen, draft),
        **_shared(seen, draft, "/apply/party"),
    )


def _check(
    request: AnyRequest, seen: Seen, draft: Draft, member: Principal, error: BookingError | None = None
) -> Response[str]:
    together = draft.how == "together"
    bill = costs(seen, draft.wishes, member, len(draft.companions) if together else 0)
    return page(
        request,
        "retreats/apply_check.html",
        status_code=200 if error is None else error.status,
        errors={} if error is None else {"": words(request, error)},
        together=together,
        costs=bill,
        most_fen=max((one.fen for one in bill), default=0),
        effects=EFFECT_NAMES,
        began_again=BEGAN_AGAIN,
        lotteries=[sentence(request, LOTTERY_NAMES.get(source[0], source[0])) for source in seen.season.sources],
        free=bool(set(member.categories) & set(seen.season.free_categories)),
        **_shared(seen, draft, "/apply/check"),
    )


def _cannot(request: AnyRequest, seen: Seen) -> Response[str]:
    error = seen.refusal
    return page(
        request,
        "retreats/cannot_apply.html",
        path=f"/retreats/{seen.season.code}/apply",
        headers=NOT_KEPT,
        season=seen.season,
        season_name=seen.name,
        why="" if error is None else words(request, error),
        code="" if error is None else error.code,
        applied=seen.stored is not None,
        own=f"/retreats/{seen.season.code}",
        not_yet=isinstance(error, errors_applying.NotOpenYet),
    )


handlers = [wishes_page, rank, party_page, choose_party, check_page, send]
