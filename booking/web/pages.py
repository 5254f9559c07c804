"""Rendering: the context that every page has, redirects with a message, and the shell's own pages."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Router, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER

from booking.web import flashes, formatting, locale, problems
from booking.web.design import design_context
from booking.web.flashes import Flash
from booking.web.principal import Principal

STATIC = Path(__file__).parent / "static"
YEAR_SECONDS = 365 * 24 * 3600


def environment() -> Environment:
    """The Jinja environment over every feature's templates."""
    folders = sorted(Path(__file__).parent.parent.glob("*/templates"))
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    locale.install(made)
    formatting.install(made)
    made.globals["static"] = static
    return made


@cache
def static(path: str) -> str:
    """The address of a static file, which changes with its content."""
    file = STATIC / path
    version = sha256(file.read_bytes()).hexdigest()[:10] if file.exists() else "missing"
    return f"/static/{path}?v={version}"


def page(request: Request[Any, Any, Any], template: str, *, status_code: int = 200, **context: Any) -> Template:
    """A page (or a part of one) with the context that every template may use."""
    state = request.app.state
    principal: Principal | None = request.scope.get("user")
    left = flashes.unpack(request.cookies.get(flashes.COOKIE, ""), state.settings.key("flash"))
    theme = request.cookies.get("theme", "auto")
    shared = {
        "user": principal,
        "unread": request.scope.get("unread", 0),
        "locale": locale.of_request(request),
        "theme": theme if theme in ("light", "dark") else "auto",
        "path": request.url.path,
        "flashes": left,
        "now": state.clock(),
        "settings": state.settings,
        "idempotency_key": state.tokens.url_safe(16),
    }
    made = Template(template_name=template, context=shared | context, status_code=status_code, media_type="text/html")
    made.headers["Cache-Control"] = "private, no-cache"
    made.headers["Vary"] = "Cookie, Accept-Language"
    if left:
        made.delete_cookie(flashes.COOKIE)
    return made


def redirect(
    request: Request[Any, Any, Any], path: str, text: str = "", *, kind: str = "good", undo: str = ""
) -> Redirect:
    """See another page, with a message (already in the reader's language) and perhaps an undo button there."""
    made = Redirect(path, status_code=HTTP_303_SEE_OTHER)
    if text:
        packed = flashes.pack(Flash(text, kind, undo), request.app.state.settings.key("flash"))
        secure = request.app.state.settings.secure
        made.set_cookie(Cookie(flashes.COOKIE, packed, httponly=True, samesite="lax", secure=secure, max_age=120))
    return made


def local_path(target: str) -> str:
    """A path of this site to go back to; anything else becomes the home page."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"


@get("/design", include_in_schema=False)
async def design(request: Request[Any, Any, Any]) -> Template:
    """Every component in every state."""
    return page(request, "web/design.html", **design_context())


@get("/problems", include_in_schema=False)
async def documented_problems(request: Request[Any, Any, Any]) -> Template:
    """The stable problem types of the API, each with its status and sentence."""
    return page(request, "web/problems.html", errors=sorted(problems.all_errors(), key=lambda error: error.code))


@post("/preferences", include_in_schema=False)
async def prefer(request: Request[Any, Any, Any]) -> Redirect:
    """Keep the language or the theme in a cookie and go back."""
    form = await request.form()
    made = redirect(request, local_path(str(form.get("next", "/"))))
    for name, allowed in (("locale", locale.LOCALES), ("theme", ("auto", "light", "dark"))):
        if form.get(name) in allowed:
            chosen = str(form[name])
            secure = request.app.state.settings.secure
            made.set_cookie(Cookie(name, chosen, max_age=YEAR_SECONDS, samesite="lax", secure=secure))
    return made


router = Router(path="/", route_handlers=[design, documented_problems, prefer])
