"""Refusals as answers: RFC 9457 problem details for programs, a page with the next step for people."""

import re
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect
from sqlalchemy.exc import DBAPIError

from booking.db import NotCommitted
from booking.errors import BookingError, Busy, Invalid, NotFound, Unauthenticated
from booking.web.language import sentence, words
from booking.web.locale import N_
from booking.web.pages import page

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"
LARGEST_NUMBER = 2**63 - 1
UNSTORABLE = re.compile(r"(date )?value out of (int\d+ )?range|invalid byte sequence for encoding \S+ 0x00")
"""How PostgreSQL words numbers beyond 64 bits, instants before the year 1 and NUL characters: no column holds them."""
HEADLINES = {
    400: N_("请求的格式不对"),
    401: N_("请先登录"),
    403: N_("这里需要别的权限"),
    404: N_("没有找到"),
    405: N_("这个地址不能这样用"),
    409: N_("这次没有办成"),
    413: N_("内容太大了"),
    415: N_("格式不支持"),
    422: N_("有一处需要改一下"),
    429: N_("请稍等一会儿"),
    500: N_("我们这边出了故障"),
    503: N_("现在人很多"),
}


class MalformedRequest(Invalid):
    """The request is not in the form that the API document describes."""

    code = "malformed_request"
    status = 400
    text = N_("请求的格式不对：{detail}。请对照 /docs 里的接口说明修改。")


class Forbidden(BookingError):
    """The request lacks proof that it came from our own page."""

    code = "forbidden"
    status = 403
    text = N_("这个页面打开太久了，请刷新后再提交一次。")


class NoSuchPage(NotFound):
    """No route answers this address."""

    code = "no_such_page"
    text = N_("这个地址没有页面。可以回首页，或者从“找场地”开始。")


class MethodNotAllowed(BookingError):
    """The address exists but does not answer this method."""

    code = "method_not_allowed"
    status = 405
    text = N_("这个地址不支持 {method} 请求。")


class TooLarge(BookingError):
    """The body is larger than this route accepts."""

    code = "too_large"
    status = 413
    text = N_("发来的内容太大，请缩小后再发。")


class UnsupportedMedia(BookingError):
    """The body is of a type that this route does not read."""

    code = "unsupported_media_type"
    status = 415
    text = N_("这个接口只接受 application/json。")


class Unexpected(BookingError):
    """A fault of ours."""

    code = "unexpected"
    status = 500
    text = N_("我们这边出了故障，您的操作没有生效。请稍后再试；如果一直这样，请把编号 {reference} 告诉场馆。")


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457. `params` holds the numbers of the refusal; `alternatives` what would have succeeded."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    code: str = ""
    params: dict[str, Any] = {}
    alternatives: Any = None
    errors: list[dict[str, str]] = []


def answer(request: Request[Any, Any, Any], raised: Exception) -> Response[Any]:
    """The answer to whatever went wrong; registered for every exception."""
    error = as_refusal(request, raised)
    problem = describe(request, error)
    headers = {"Retry-After": str(error.params["retry_after"])} if "retry_after" in error.params else {}
    if error.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = "Bearer"
    if wants_page(request):
        return _as_page(request, error, problem, headers)
    body = msgspec.json.encode(problem, enc_hook=str)
    return Response(content=body, status_code=error.status, media_type=PROBLEM_JSON, headers=headers)


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person waits for the answer: a browser, outside the API."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def describe(request: Request[Any, Any, Any], error: BookingError) -> Problem:
    """The problem document of a refusal, in the language of the request."""
    public = {key: value for key, value in error.params.items() if key not in ("alternatives", "errors")}
    return Problem(
        type=f"{request.app.state.settings.public_url}/problems#{error.code}",
        title=error.code.replace("_", " ").capitalize(),
        status=error.status,
        detail=words(request, error),
        instance=request.url.path,
        code=error.code,
        params=public,
        alternatives=error.params.get("alternatives"),
        errors=error.params.get("errors", []),
    )


def as_refusal(request: Request[Any, Any, Any], raised: Exception) -> BookingError:
    """Sort any exception into the tree of refusals; what has no place there is logged as our fault."""
    match raised:
        case BookingError():
            return raised
        case ValidationException():
            return _invalid(raised)
        case RecursionError():
            return MalformedRequest(detail="too deeply nested")
        case OverflowError():
            return MalformedRequest(detail=f"a number is larger than {LARGEST_NUMBER}")
        case UnicodeDecodeError():
            return MalformedRequest(detail="a text is not UTF-8")
        case DBAPIError() if unstorable := UNSTORABLE.search(str(raised.orig)):
            return MalformedRequest(detail=unstorable[0])
        case HTTPException():
            return _http(request, raised)
        case NotCommitted():
            return Busy(retry_after=2)
        case DBAPIError() if "locked" in str(raised.orig) or raised.connection_invalidated:
            return Busy(retry_after=2)
        case _:
            reference = request.app.state.ids.next()
            log.error("unexpected", reference=reference, path=request.url.path, exc_info=raised)
            return Unexpected(reference=reference)


def _invalid(raised: ValidationException) -> BookingError:
    found = raised.extra if isinstance(raised.extra, list) else []
    errors = [{"field": str(item.get("key", "")), "message": str(item.get("message", ""))} for item in found]
    detail = "; ".join(f"{item['field']}: {item['message']}".strip(": ") for item in errors) or raised.detail
    return MalformedRequest(detail=detail, errors=errors)


def _http(request: Request[Any, Any, Any], raised: HTTPException) -> BookingError:
    match raised.status_code:
        case 400:
            return MalformedRequest(detail=raised.detail)
        case 401:
            return Unauthenticated()
        case 403:
            return Forbidden()
        case 404:
            return NoSuchPage()
        case 405:
            return MethodNotAllowed(method=request.method)
        case 413:
            return TooLarge()
        case 415:
            return UnsupportedMedia()
        case status if status < 500:
            return MalformedRequest(detail=raised.detail)
        case _:
            log.error("unexpected", path=request.url.path, exc_info=raised)
            return Unexpected(reference=request.app.state.ids.next())


def _as_page(
    request: Request[Any, Any, Any], error: BookingError, problem: Problem, headers: dict[str, str]
) -> Response[Any]:
    if error.status == Unauthenticated.status and request.method == "GET":
        return Redirect(f"/sign-in?next={request.url.path}", status_code=303)
    return page(
        request,
        "web/error.html",
        status_code=error.status,
        headers=headers,
        title=sentence(request, HEADLINES.get(error.status, HEADLINES[500])),
        detail=problem.detail,
        status=error.status,
        alternatives=error.params.get("links", []),
        reference=error.params.get("reference"),
    )
