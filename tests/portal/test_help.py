import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from tests.databases import SettableClock, sqlite_only
from tests.members.visitors import Visitor, shown
from tests.venues.guests import serving

pytestmark = sqlite_only


@pytest.fixture
async def app(database_url: str, clock: SettableClock) -> AsyncIterator[Litestar]:
    """The running application."""
    async with serving(database_url, clock) as made:
        yield made


class TestHelp:
    async def test_answers_what_people_ask(self, app: Litestar) -> None:
        page = shown(await Visitor(app).get("/help"))
        for word in ("怎么约场地", "取消", "入场证", "日历", "守约记录", "字大一点", "12351"):
            assert word in page

    async def test_in_english_too(self, app: Litestar) -> None:
        visitor = Visitor(app)
        visitor.client.headers["accept-language"] = "en"
        answer = await visitor.get("/help")
        assert '<html lang="en"' in answer.text
        main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
        assert not re.findall(r"[\u4e00-\u9fff]+", main)

    async def test_its_contents_lead_to_its_sections(self, app: Litestar) -> None:
        answer = await Visitor(app).get("/help")
        anchors = re.findall(r'href="#([a-z]+)"', answer.text)
        assert len(anchors) >= 7
        assert set(anchors) <= set(re.findall(r'id="([a-z]+)"', answer.text))
