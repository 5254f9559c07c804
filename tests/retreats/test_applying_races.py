"""Many commands at once: one application a member and season, one answer an invitation, whoever comes first."""

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from sqlalchemy import func, select

from booking.db import Database, ReadSession
from booking.errors import BookingError
from booking.retreats.models import Applicant, Application, Invitation
from booking.retreats.service.applying.answering import accept, decline, leave
from booking.retreats.service.applying.entering import apply, edit
from booking.retreats.service.applying.inviting import invite, uninvite
from booking.retreats.service.applying.withdrawing import take_back, withdraw
from booking.web.principal import Principal
from tests.databases import postgres_only
from tests.retreats.season import CODE
from tests.retreats.test_applying import asking, check, furnish, wishing
from tests.rooms.house import TWIN

EACH = 12


async def attempt(database: Database, command: Callable[..., Any], *args: Any) -> str:
    """The status that a command answers with, or the code of its refusal."""
    try:
        return str((await database.write(command, *args)).status)
    except BookingError as refused:
        return refused.code


async def test_one_member_who_applies_many_times_at_once_has_one_application(database: Database) -> None:
    who = (await database.write(furnish)).workers[0]
    done = await asyncio.gather(
        *(attempt(database, apply, who, CODE, wishing((1 + at % 3, TWIN))) for at in range(EACH))
    )
    assert Counter(done) == {"entered": 1, "already_applied": EACH - 1}
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(Applicant))) == 1
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(Application))) == 1


async def test_a_member_asked_by_many_joins_one(database: Database) -> None:
    town = await database.write(furnish)
    wanted = town.workers[0]
    leads = [one for one in town.workers[1:] if not one.number.endswith(("4", "9"))][:EACH]
    made = [await database.write(apply, lead, CODE, wishing(invite=asking(wanted))) for lead in leads]
    own = attempt(database, apply, wanted, CODE, wishing())
    done = await asyncio.gather(own, *(attempt(database, accept, wanted, CODE, int(one.id, 16)) for one in made))
    assert Counter(done) == {"entered": 1, "already_applied": EACH}
    await database.read(check)


async def test_an_invitation_is_taken_back_or_answered_but_not_both(database: Database) -> None:
    town = await database.write(furnish)
    for at in range(0, 20, 5):
        lead, other = town.workers[at : at + 2]
        made = await database.write(apply, lead, CODE, wishing(invite=asking(other)))
        one, two, three = await asyncio.gather(
            attempt(database, accept, other, CODE, int(made.id, 16)),
            attempt(database, uninvite, lead, CODE, other.member_id),
            attempt(database, decline, other, CODE, int(made.id, 16)),
        )
        assert [one, two, three].count("invitation_over") == 2, (one, two, three)
        await database.read(check)


async def test_of_two_changes_to_the_same_application_one_is_kept(database: Database) -> None:
    who = (await database.write(furnish)).workers[0]
    first = await database.write(apply, who, CODE, wishing())
    wanted = [wishing((1 + at % 3, TWIN), sequence=first.sequence) for at in range(EACH)]
    done = await asyncio.gather(*(attempt(database, edit, who, CODE, one) for one in wanted))
    assert Counter(done) == {"entered": 1, "application_changed": EACH - 1}


async def test_withdrawing_meets_everything_else(database: Database) -> None:
    town = await database.write(furnish)
    for at in range(0, 30, 5):
        lead, other, third = town.workers[at : at + 3]
        made = await database.write(apply, lead, CODE, wishing(invite=asking(other)))
        await asyncio.gather(
            attempt(database, withdraw, lead, CODE),
            attempt(database, invite, lead, CODE, *asking(third)),
            attempt(database, edit, lead, CODE, wishing((2, TWIN), sequence=made.sequence)),
            attempt(database, accept, other, CODE, int(made.id, 16)),
            attempt(database, uninvite, lead, CODE, other.member_id),
        )
        await database.read(check)


@postgres_only
async def test_whatever_ten_people_do_at_once_the_books_agree(database: Database) -> None:
    town = await database.write(furnish)
    people = [one for one in town.workers if not one.number.endswith(("4", "9"))][:10]

    async def live(who: Principal, dice: Random) -> list[str]:
        return [await act(database, who, people, dice) for _ in range(15)]

    done = await asyncio.gather(*(live(who, Random(seed)) for seed, who in enumerate(people)))
    outcomes = Counter(outcome for each in done for outcome in each)
    assert outcomes["entered"] + outcomes["gathering"] > 20
    assert outcomes["already_applied"] > 0, "they did compete"
    await database.read(check)


async def act(database: Database, who: Principal, people: list[Principal], dice: Random) -> str:
    whom = dice.choice(people)
    match dice.randrange(8):
        case 0:
            return await attempt(database, apply, who, CODE, wishing(invite=[] if whom is who else asking(whom)))
        case 1:
            return await attempt(database, invite, who, CODE, *asking(whom))
        case 2:
            return await attempt(database, uninvite, who, CODE, whom.member_id)
        case 3:
            return await attempt(database, withdraw, who, CODE)
        case 4:
            return await attempt(database, take_back, who, CODE)
        case 5:
            return await attempt(database, leave, who, CODE)
        case _:
            found = await database.read(asked, who)
            return await attempt(database, dice.choice([accept, accept, decline]), who, CODE, found)


def asked(tx: ReadSession, who: Principal) -> int:
    """An application into which somebody was asked."""
    mine = select(Invitation.application_id).where(Invitation.member_id == who.member_id, Invitation.status == "open")
    return int(tx.scalar(mine.limit(1)) or 0)
