"""A tab of a real Chromium that notes whatever a page does wrong."""

from importlib.resources import files
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
WIDTHS = {360: 780, 768: 1024, 1280: 800}
"""A five-inch phone, a tablet and a desk, each with its height."""


TOO_WIDE = """() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const beyond = (one) => one.getBoundingClientRect().right > clientWidth + 1;
    const out = [...document.querySelectorAll("body *")].filter(beyond);
    return [`${scrollWidth} px`, ...out.map((one) => one.outerHTML.slice(0, 120))];
}"""


class Violation(NamedTuple):
    """What axe found: its rule, and the first element that breaks it."""

    rule: str
    where: str
    why: str


class Tab:
    """A page in a context of its own; `complaints` must be empty when the test is over."""

    def __init__(self, context: BrowserContext, page: Page, site: str) -> None:
        self.context, self.page, self._site = context, page, site
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        self.taps = 0
        self._refused: set[str] = set()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"{self.path}: {error}"))
        page.on("request", self._asked)

    @property
    def path(self) -> str:
        """Where the page is, without the site."""
        return self.page.url.removeprefix(self._site)

    async def go(self, path: str, *, status: int = 200) -> Response:
        """Open a page, which answers with this status."""
        if status >= 400:
            self._refused.add(self._site + path)
        answer = await self.page.goto(self._site + path, wait_until="load")
        assert answer is not None
        assert answer.status == status, f"{path} answered {answer.status}"
        await self.page.locator("h1:visible").first.wait_for()
        return answer

    async def speak(self, locale: str) -> None:
        """From now on pages are in this language, as one chooses it at their top."""
        await self.context.add_cookies([{"name": "locale", "value": locale, "url": self._site}])

    async def look(self, width: int, scheme: Literal["light", "dark"]) -> None:
        """From now on the window is so wide, and the system light or dark."""
        await self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        await self.page.emulate_media(color_scheme=scheme)

    async def tap(self, selector: str) -> None:
        """Tap what is seen first of that kind, and wait for the page that comes, if one does."""
        self.taps += 1
        await self.page.locator(f"{selector} >> visible=true").first.click()
        await self.page.wait_for_load_state("load")

    async def violations(self, *rules: str) -> list[Violation]:
        """What axe finds on the page as it is now; only these rules, or all of them."""
        if not await self.page.evaluate("typeof axe !== 'undefined'"):
            await self.page.evaluate(AXE)
        options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
        found = await self.page.evaluate(
            "options => axe.run(document, options).then(found => found.violations)", options
        )
        return [Violation(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in found]

    async def too_wide(self) -> list[str]:
        """The elements that stick out to the right, if the page can be scrolled sideways."""
        found: list[str] = await self.page.evaluate(TOO_WIDE)
        return found

    def _said(self, message: ConsoleMessage) -> None:
        expected = message.location.get("url") in self._refused and "Failed to load resource" in message.text
        if message.type == "error" and not expected:
            self.complaints.append(f"{self.path}: {message.text}")

    def _asked(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and not request.url.startswith(self._site):
            self.complaints.append(f"{self.path}: asks {parts.scheme}://{parts.netloc}")
