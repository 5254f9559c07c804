"""Heavy work in a process of its own, so that it holds up no request."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_GENTLY = 10


async def apart(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Some work in a process of its own, behind everybody else who wants the processor; cancelled, it is ended.

    The work, its arguments and its answer travel pickled; what it raises is raised here.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, partial(work, *args, **kwargs)), daemon=True)
    process.start()
    theirs.close()
    try:
        found = await asyncio.to_thread(ours.recv)
    finally:
        process.kill()
        process.join()
    if isinstance(found, Exception):
        raise found
    answer: T = found
    return answer


def _work(answers: Connection, work: Callable[[], object]) -> None:
    os.nice(_GENTLY)
    try:
        found = work()
    except Exception as error:  # noqa: BLE001 - raised again where the work was asked for
        found = error
    answers.send(found)
