"""The figures of a house as files for spreadsheets, in the reader's language."""

from typing import Any

from litestar import Request, Response

from booking.rooms.schemas_figures import Figures, ForecastView
from booking.rooms.sheets import Cell, Sheet, as_csv, as_xlsx
from booking.web.language import sentence
from booking.web.locale import N_
from booking.web.pages import NOT_KEPT

AnyRequest = Request[Any, Any, Any]
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NIGHT_COLUMNS = (
    N_("日期"),
    N_("客房数"),
    N_("停用"),
    N_("售出间夜"),
    N_("出租率"),
    N_("房费收入（元）"),
    N_("平均房价（元）"),
    N_("每间可售房收入（元）"),
)
SOURCE_COLUMNS = (N_("来源"), N_("间夜"), N_("房费收入（元）"))
FORECAST_COLUMNS = (N_("日期"), N_("可售客房"), N_("已订"), N_("预计增订"), N_("预计售出"), N_("参考周数"))


def figures_csv(request: AnyRequest, found: Figures) -> Response[bytes]:
    """The figures night by night as CSV."""
    return _answer(as_csv(_of_nights(request, found)).encode(), CSV, f"figures-{found.first}.csv")


def figures_xlsx(request: AnyRequest, found: Figures, ahead: ForecastView) -> Response[bytes]:
    """The figures, the sources and the forecast as a workbook."""
    sheets = [_of_nights(request, found), _of_sources(request, found), _of_forecast(request, ahead)]
    return _answer(as_xlsx(sheets), XLSX, f"figures-{found.first}.xlsx")


def _answer(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = NOT_KEPT | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _of_nights(request: AnyRequest, found: Figures) -> Sheet:
    rows: list[list[Cell]] = [
        [
            night.day,
            night.rooms,
            night.out_of_order,
            night.sold,
            round(night.occupancy, 4),
            night.fen / 100,
            night.average_rate_fen / 100,
            night.revpar_fen / 100,
        ]
        for night in found.nights
    ]
    return _sheet(request, N_("每晚"), NIGHT_COLUMNS, rows)


def _of_sources(request: AnyRequest, found: Figures) -> Sheet:
    rows: list[list[Cell]] = [[one.source, one.nights, one.fen / 100] for one in found.sources]
    return _sheet(request, N_("来源"), SOURCE_COLUMNS, rows)


def _of_forecast(request: AnyRequest, found: ForecastView) -> Sheet:
    rows: list[list[Cell]] = [
        [night.day, night.in_order, night.on_books, night.pick_up, night.expected, night.weeks]
        for night in found.nights
    ]
    return _sheet(request, N_("预测"), FORECAST_COLUMNS, rows)


def _sheet(request: AnyRequest, name: str, columns: tuple[str, ...], rows: list[list[Cell]]) -> Sheet:
    return Sheet(sentence(request, name), [sentence(request, column) for column in columns], rows)
