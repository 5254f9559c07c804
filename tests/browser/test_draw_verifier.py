"""The draw's verifier in a real Chromium: the same answers as the engine, on the vectors and on random seasons."""

import hashlib
import json
import random
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from booking.draws import rows
from booking.draws.publishing import MANIFEST, manifest, published
from booking.draws.records import UNITS, units_file
from booking.draws.verifying import STEPS
from tests.draws.seasons import random_season

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCRIPT = Path(__file__).parents[2] / "booking/web/static/draw_verifier.js"
VECTORS = Path(__file__).parents[2] / "fixtures/draws"
VERIFY = """
(seasons) => seasons.map((season) => {
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  return DrawVerifier.verify(Object.fromEntries(Object.entries(season).map(([name, text]) => [name, bytes(text)])));
})
"""
Files = dict[str, bytes]


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page with the script, and nothing else."""
    page = await chromium.new_page()
    await page.add_script_tag(path=SCRIPT)
    yield page
    await page.close()


async def verify(page: Page, *seasons: Files) -> list[dict[str, Any]]:
    coded = [{name: b64encode(data).decode() for name, data in files.items()} for files in seasons]
    found: list[dict[str, Any]] = await page.evaluate(VERIFY, coded)
    return found


def stored(name: str) -> Files:
    return {path.name: path.read_bytes() for path in (VECTORS / name).glob("*.csv")}


def drawn(number: int) -> Files:
    season = random_season(number)
    return published(season) | {UNITS: units_file(season.units, season.salts)}


class TestDrawVerifier:
    async def test_hashes_as_everybody_does(self, page: Page) -> None:
        texts = [random.Random(length).randbytes(length).hex() for length in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000)]
        hashed = "(texts) => texts.map((text) => DrawVerifier.hex(DrawVerifier.sha256(DrawVerifier.unhex(text))))"
        expected = [hashlib.sha256(bytes.fromhex(text)).hexdigest() for text in texts]
        assert await page.evaluate(hashed, texts) == expected

    async def test_takes_the_single_steps(self, page: Page) -> None:
        """Ids above 2**53 are among the tickets: as numbers they would be others."""
        vectors = json.loads((VECTORS / "vectors.json").read_text(encoding="utf-8"))
        found = await page.evaluate(
            """({tickets, seed, proof, record}) => {
              const {hex, unhex} = DrawVerifier;
              const [id, weight] = record.text.split(",");
              const included = (index) => DrawVerifier.isIncluded(
                unhex(proof.leaf), index, proof.units, proof.siblings.map((one) => unhex(one)), unhex(proof.root));
              return {
                tickets: tickets.map((one) => hex(DrawVerifier.ticketOf(unhex(seed.seed), one.id, one.weight))),
                leaf: hex(DrawVerifier.leafOf([id, weight, record.inner])),
                included: included(proof.index),
                elsewhere: included(proof.index + 1),
              };
            }""",
            vectors,
        )
        assert found == {
            "tickets": [one["ticket"] for one in vectors["tickets"]],
            "leaf": vectors["record"]["leaf"],
            "included": True,
            "elsewhere": False,
        }

    async def test_runs_the_vectors_again(self, page: Page) -> None:
        for found in await verify(page, stored("minimum"), stored("over")):
            assert (found["faults"], len(found["checked"])) == ([], len(STEPS))

    async def test_names_file_and_row_of_a_changed_byte(self, page: Page) -> None:
        files, dice, places, lies = stored("minimum"), random.Random(3), [], []
        for name, data in files.items():
            for _ in range(6):
                at = dice.randrange(len(data))
                lies.append(files | {name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]})
                places.append((name, data.count(b"\n", 0, at) + 1))
        found = await verify(page, *lies)
        assert [(one["faults"][0]["file"], one["faults"][0]["row"]) for one in found] == places

    async def test_agrees_with_the_engine(self, page: Page) -> None:
        await self.check(page, range(60))

    @pytest.mark.drill
    async def test_agrees_with_the_engine_on_a_thousand_seasons(self, page: Page) -> None:
        await self.check(page, range(60, 1060))

    @staticmethod
    async def check(page: Page, numbers: range) -> None:
        for start in range(numbers.start, numbers.stop, 50):
            seasons = [drawn(number) for number in range(start, min(start + 50, numbers.stop))]
            for number, found in enumerate(await verify(page, *seasons), start):
                assert (found["faults"], len(found["checked"])) == ([], len(STEPS)), number

    async def test_finds_another_result_than_the_draws(self, page: Page) -> None:
        """A manifest that was made to fit hides nothing."""
        files = stored("over")
        table = rows.read("result-3.csv", files["result-3.csv"])
        del table[4]
        files["result-3.csv"] = rows.written("result-3.csv", table)
        files[MANIFEST] = manifest({name: data for name, data in files.items() if name not in {MANIFEST, UNITS}})
        (found,) = await verify(page, files)
        assert (found["faults"][0]["file"], found["faults"][0]["row"]) == ("result-3.csv", 5)
