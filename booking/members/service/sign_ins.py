"""Sign-ins: opened with a fresh token each time, noted while used, ended."""

from datetime import datetime

from sqlalchemy import update

from booking.db import WriteSession
from booking.members.models import SignIn


def see_sign_in(tx: WriteSession, now: datetime, sign_in_id: int, seen_at: datetime) -> None:
    """Note that a sign-in was used, which lets it live on."""
    tx.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at < seen_at).values(seen_at=seen_at))
