"""Rendering: the context that every page has, redirects with a message, and the shell's own pages."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState
from markupsafe import Markup

from booking.web import flashes
from booking.web.design import design_context
from booking.web.flashes import Flash
from booking.web.formatting import masked_name
from booking.web.language import language_of
from booking.web.locale import Translator, localized
from booking.web.principal import Principal

STATIC = Path(__file__).parent / "static"
FLASH_SECONDS = 120
YEAR_SECONDS = 365 * 24 * 3600
LOCALES = ("zh-CN", "en")
THEMES = ("auto", "light", "dark")
NOT_KEPT = {"Cache-Control": "no-store"}
"""For pages that no shared phone may keep."""
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}


def environments(translator: Translator) -> dict[str, Environment]:
    """A Jinja environment for each language, over every feature's templates."""
    folders = sorted(Path(__file__).parent.parent.glob("*/templates"))
    made = Environment(
        loader=FileSystemLoader(folders),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    return localized(made, translator)


@cache
def static(path: str) -> str:
    """The address of a static file, which changes with its content."""
    file = STATIC / path
    version = sha256(file.read_bytes()).hexdigest()[:10] if file.exists() else "missing"
    return f"/static/{path}?v={version}"


class Viewer(NamedTuple):
    """The reader, as templates name them."""

    name: str
    masked_name: str
    roles: frozenset[str]
    unread: int
    principal: Principal


def viewer(request: Request[Any, Any, Any]) -> Viewer | None:
    """Whoever is signed in, or None."""
    principal: Principal | None = request.scope.get("user")
    if principal is None:
        return None
    roles = frozenset(scope.role for scope in principal.scopes)
    unread: Any = request.scope.get("unread", 0)
    return Viewer(principal.name, masked_name(principal.name), roles, unread, principal)


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response[str]:
    """A page (or a part of one) with the context that every template may use."""
    state = request.app.state
    language = language_of(request)
    left = flashes.unpack(request.cookies.get(flashes.COOKIE, ""), state.settings.key("flash"))
    theme = request.cookies.get("theme", "auto")
    shared = {
        "user": viewer(request),
        "locale": language,
        "theme": theme if theme in THEMES else "auto",
        "path": request.url.path,
        "flashes": left,
        "now": state.clock(),
        "settings": state.settings,
        "csrf_input": csrf_input(request),
        "idempotency_key": state.tokens.url_safe(16),
    }
    html = state.environments[language].get_template(template).render(shared | context)
    made = Response(
        content=html, status_code=status_code, media_type="text/html", headers=PRIVATE | dict(headers or {})
    )
    if left:
        made.delete_cookie(flashes.COOKIE)
    return made


def csrf_input(request: Request[Any, Any, Any]) -> Markup:
    """The hidden field that proves a form came from our own page."""
    token = ScopeState.from_scope(request.scope).csrf_token
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format("" if token is Empty else token)


def redirect(
    request: Request[Any, Any, Any], path: str, text: str = "", *, kind: str = "good", undo: str = ""
) -> Redirect:
    """See another page, with a message (already in the reader's language) and perhaps an undo button there."""
    made = Redirect(path, status_code=HTTP_303_SEE_OTHER)
    if text:
        packed = flashes.pack(Flash(text, kind, undo), request.app.state.settings.key("flash"))
        secure = request.app.state.settings.secure
        made.set_cookie(
            Cookie(flashes.COOKIE, value=packed, httponly=True, samesite="lax", secure=secure, max_age=FLASH_SECONDS)
        )
    return made


def local_path(target: str) -> str:
    """A path of this site to go back to; anything else becomes the home page."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"


@get("/design", include_in_schema=False)
async def design(request: Request[Any, Any, Any]) -> Response[str]:
    """Every component in every state."""
    return page(request, "web/design.html", **design_context())


@post("/preferences", include_in_schema=False)
async def prefer(request: Request[Any, Any, Any]) -> Redirect:
    """Keep the language or the theme in a cookie and go back."""
    form = await request.form()
    made = redirect(request, local_path(str(form.get("next", "/"))))
    for name, allowed in (("locale", LOCALES), ("theme", THEMES)):
        if form.get(name) in allowed:
            chosen = str(form[name])
            secure = request.app.state.settings.secure
            made.set_cookie(Cookie(name, value=chosen, max_age=YEAR_SECONDS, samesite="lax", secure=secure))
    return made


router = Router(path="/", route_handlers=[design, prefer])
