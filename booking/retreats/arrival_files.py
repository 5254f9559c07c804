"""Who comes, as files for spreadsheets, in the reader's language."""

from collections.abc import Iterator, Sequence
from typing import Any

from litestar import Request, Response

from booking.retreats.queries.overview import Arrival
from booking.rooms.figure_files import CSV, XLSX
from booking.rooms.sheets import Cell, Sheet, as_csv, as_xlsx
from booking.web.facts import Named
from booking.web.formatting import named
from booking.web.language import language_of, sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT

AnyRequest = Request[Any, Any, Any]
COLUMNS = (
    N_("批次"),
    N_("到店"),
    N_("离店"),
    N_("房型"),
    N_("合住"),
    N_("姓名"),
    N_("会员号"),
    N_("性别"),
    N_("手机号"),
    N_("单位"),
    N_("随行"),
    N_("住宿编号"),
    N_("还要付（元）"),
)
SEXES = {"male": N_("男"), "female": N_("女")}


def arrivals_csv(request: AnyRequest, code: str, found: Sequence[Arrival]) -> Response[bytes]:
    """One line a person, as CSV."""
    return _answer(as_csv(_sheet(request, found)).encode(), CSV, f"arrivals-{code}.csv")


def arrivals_xlsx(request: AnyRequest, code: str, found: Sequence[Arrival]) -> Response[bytes]:
    """One line a person, as a workbook."""
    return _answer(as_xlsx([_sheet(request, found)]), XLSX, f"arrivals-{code}.xlsx")


def _answer(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = NOT_KEPT | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _sheet(request: AnyRequest, found: Sequence[Arrival]) -> Sheet:
    rows = [row for one in found for row in _rows(request, one)]
    return Sheet(sentence(request, N_("到店名单")), [sentence(request, column) for column in COLUMNS], rows)


def _both(one: Named) -> dict[str, str | None]:
    return {"name": one.name, "name_en": one.name_en}


def _rows(request: AnyRequest, one: Arrival) -> Iterator[list[Cell]]:
    """The members of an application, the first with what all of them owe, and then their companions."""
    language = language_of(request)
    choice = one.choice
    batch = named({"name": choice.batch_name, "name_en": choice.batch_name_en}, locale=language)
    kind = named({"name": choice.type_name, "name_en": choice.type_name_en}, locale=language)
    shared = sentence(request, N_("是")) if one.shared else ""
    known: list[Cell] = [batch, one.arrival, one.departure, kind, shared]
    stay = "" if one.stay is None else str(one.stay)
    for number, who in enumerate(one.members):
        sex, home = sentence(request, SEXES.get(who.sex, who.sex)), named(_both(who.organisation), locale=language)
        owed = one.owed_fen / 100 if number == 0 else 0
        yield [*known, who.name, who.number, sex, who.phone, home, "", stay, owed]
    for companion in one.companions:
        lead = one.members[0].name if one.members else ""
        yield [*known, companion, "", "", "", "", lead, stay, 0]
