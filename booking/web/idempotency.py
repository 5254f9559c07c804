"""A retry is safe: one answer for each `Idempotency-Key` of a principal, stored with what it answers.

The row is inserted before the command runs, in its transaction: a concurrent retry waits for it (in the queue on
SQLite, on the key's row on PostgreSQL) and is given the same answer. A refusal undoes everything, the row
included, so a retry of a refused request simply asks again.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import msgspec
from litestar import Request, Response
from sqlalchemy import Insert, Update, delete, update

from booking.db import Database, ReadSession, WriteSession, insert, prepared
from booking.errors import BookingError, Invalid
from booking.web.locale import N_
from booking.web.models import IdempotencyKey

P = ParamSpec("P")
T = TypeVar("T")

KEPT = timedelta(hours=48)
LONGEST_KEY = 255
REPLAYED = "Idempotency-Replayed"


class KeyMissing(BookingError):
    """A write without the header that makes its retry safe."""

    code = "idempotency_key_missing"
    status = 400
    text = N_("写操作要带 Idempotency-Key 请求头：1 到 {longest} 个可见字符，每次新操作换一个，重试时不变。")


class KeyReused(Invalid):
    """The key was used before with another request."""

    code = "idempotency_key_reused"
    text = N_("这个 Idempotency-Key 已经用在另一个请求上了，请为新的请求换一个。")


class Answer(NamedTuple):
    """A stored answer: its status, its JSON body, and whether it had been given before."""

    status: int
    body: bytes
    replayed: bool


def read_key(header: str | None) -> str:
    """The key in a header, quoted (IETF draft) or bare (as Stripe's clients send it).

    Raises:
        KeyMissing: absent, empty, longer than 255 characters, or with characters that cannot be seen.
    """
    key = (header or "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise KeyMissing(longest=LONGEST_KEY)
    return key


def answer_once(
    tx: WriteSession,
    now: datetime,
    principal: str,
    key: str,
    request_hash: bytes,
    status: int,
    command: Callable[[WriteSession, datetime], Any],
) -> Answer:
    """Run a command unless this key has its answer already.

    Raises:
        KeyReused: the same key came with another request.
    """
    row = {"principal": principal, "key": key, "request_hash": request_hash, "status": status, "created_at": now}
    if tx.execute(_key_claimed(tx), row | {"answer": b""}).rowcount == 0:
        return _replay(tx, principal, key, request_hash)
    body = msgspec.json.encode(command(tx, now))
    tx.execute(_answered(tx, principal, key, body))
    return Answer(status, body, replayed=False)


@prepared
def _key_claimed(tx: ReadSession) -> Insert:
    return insert(tx, IdempotencyKey).on_conflict_do_nothing()


@prepared
def _answered(_: ReadSession, principal: str, key: str, body: bytes) -> Update:
    mine = IdempotencyKey.principal == principal, IdempotencyKey.key == key
    return update(IdempotencyKey).where(*mine).values(answer=body)


def _replay(tx: ReadSession, principal: str, key: str, request_hash: bytes) -> Answer:
    stored = tx.get(IdempotencyKey, principal=principal, key=key)
    if stored is None or stored.request_hash != request_hash:
        raise KeyReused
    return Answer(stored.status, stored.answer, replayed=True)


def forget(tx: WriteSession, now: datetime) -> int:
    """Drop the answers that were kept long enough; returns how many."""
    return tx.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT)).rowcount


async def once(
    database: Database,
    request: Request[Any, Any, Any],
    principal: str,
    command: Callable[Concatenate[WriteSession, datetime, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Response[bytes]:
    """Run a command of the API under the request's `Idempotency-Key`; 201 for POST, 200 otherwise.

    Raises:
        KeyMissing: the header is absent.
        KeyReused: the key came with another method, address or body.
    """
    key = read_key(request.headers.get("idempotency-key"))
    fingerprint = _fingerprint(request.method, request.url.path, await request.body())
    status = 201 if request.method == "POST" else 200
    answer = await database.write(
        answer_once, principal, key, fingerprint, status, lambda tx, now: command(tx, now, *args, **kwargs)
    )
    headers = {REPLAYED: "true"} if answer.replayed else {}
    return Response(content=answer.body, status_code=answer.status, media_type="application/json", headers=headers)


async def once_form(
    database: Database,
    request: Request[Any, Any, Any],
    principal: str,
    key: str,
    command: Callable[Concatenate[WriteSession, datetime, P], T],
    answer_type: type[T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a command of a page's form under its hidden `idempotency_key`; a second submit gets the first's answer.

    Raises:
        KeyReused: the form was sent before with other fields.
    """
    fingerprint = _fingerprint(request.method, request.url.path, await request.body())
    answer = await database.write(
        answer_once,
        principal,
        read_key(key),
        fingerprint,
        303,
        lambda tx, now: command(tx, now, *args, **kwargs),
    )
    return msgspec.json.decode(answer.body, type=answer_type)


def _fingerprint(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(f"{method} {path}\n".encode() + body).digest()
