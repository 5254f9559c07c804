"""What the federation bears of a folio: it follows the charges, up and down, and never passes its cap."""

from datetime import datetime

from sqlalchemy import delete

from booking.db import WriteSession, insert
from booking.payments.models import FolioSubsidy
from booking.payments.queries import balance, charged_by_night, subsidy_of
from booking.payments.rules import bearing
from booking.payments.service.ledger import audit, check_sum, lock, post
from booking.payments.terms import Subsidy, borne


def grant_subsidy(
    tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, subsidy: Subsidy, actor: str
) -> int:
    """Let the federation bear a folio's charges up to a cap, in place of any subsidy before.

    Answers the fen that it bears now; later charges and cancellations change that by themselves.

    Raises:
        NotFound: there is no such folio.
        WrongSum: the cap is not a sum.
    """
    check_sum(subsidy.cap_fen)
    lock(tx, place_id, folio_id)
    values = {
        "cap_fen": subsidy.cap_fen,
        "per": subsidy.per,
        "kinds": list(subsidy.kinds),
        "document": subsidy.document,
        "clause": subsidy.clause,
    }
    tx.execute(
        insert(tx, FolioSubsidy)
        .values(place_id=place_id, folio_id=folio_id, **values)
        .on_conflict_do_update(index_elements=["place_id", "folio_id"], set_=values)
    )
    audit(tx, now, "subsidy.granted", place_id, folio_id, actor, cap_fen=subsidy.cap_fen, per=subsidy.per)
    return follow(tx, now, place_id, folio_id, actor)


def withdraw_subsidy(tx: WriteSession, now: datetime, *, place_id: int, folio_id: int, actor: str) -> None:
    """Let the guest bear everything again.

    Raises:
        NotFound: there is no such folio.
    """
    lock(tx, place_id, folio_id)
    _post_difference(tx, now, place_id, folio_id, 0, actor, "")
    tx.execute(delete(FolioSubsidy).where(FolioSubsidy.place_id == place_id, FolioSubsidy.folio_id == folio_id))
    audit(tx, now, "subsidy.withdrawn", place_id, folio_id, actor)


def follow(tx: WriteSession, now: datetime, place_id: int, folio_id: int, actor: str) -> int:
    """Bring the federation's share to what the charges of now and the cap allow; answers it in fen."""
    subsidy = subsidy_of(tx, place_id, folio_id)
    if subsidy is None:
        return 0
    lock(tx, place_id, folio_id)  # two charges at once would each reckon without the other
    share = borne(subsidy, charged_by_night(tx, place_id, folio_id))
    _post_difference(tx, now, place_id, folio_id, share, actor, f"{subsidy.document} {subsidy.clause}".strip())
    return share


def _post_difference(
    tx: WriteSession, now: datetime, place_id: int, folio_id: int, share: int, actor: str, source: str
) -> None:
    change = share - balance(tx, place_id, folio_id).subsidy
    if change:
        post(tx, now, place_id, folio_id, bearing(change), kind="subsidy", actor=actor, note=source)
