"""What the sandbox does with payments and refunds: its rules, and the messages that follow."""

from datetime import datetime, timedelta
from typing import Any

from booking.clock import Clock, Tokens
from booking.payments.sandbox.store import Row, Store

FIELDS = {
    "payments": ("id", "merchant_reference", "amount", "currency", "status", "created_at"),
    "refunds": ("id", "merchant_reference", "payment", "amount", "status", "reason", "created_at"),
}


class Refused(Exception):
    """A request that the sandbox does not grant; `status` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Bank:
    """Payments and refunds.

    Args:
        store: where they are remembered.
        clock: the time.
        tokens: makes their ids.
        url: where people find the payment page.
    """

    def __init__(self, store: Store, clock: Clock, tokens: Tokens, url: str) -> None:
        self._store, self._clock, self._tokens, self._url = store, clock, tokens, url

    def open(self, wish: dict[str, Any]) -> Row:
        """Open a payment; one with a merchant reference that is known is answered again."""
        known = self._store.one("payments", "merchant_reference", wish["merchant_reference"])
        if known is not None:
            if (known["amount"], known["currency"]) != (wish["amount"], wish["currency"]):
                raise Refused(409, "the merchant reference belongs to a payment of another sum")
            return self.shown("payments", known)
        if wish["currency"] != "CNY" or wish["amount"] < 1:
            raise Refused(422, "a payment is of at least 1 fen, in CNY")
        row = wish | {
            "id": self._name("pay"),
            "status": "pending",
            "created_at": _text(self._clock()),
            "expires_at": _text(wish["expires_at"]),
        }
        self._store.add("payments", row)
        return self.shown("payments", row)

    def payment(self, payment_id: str) -> Row:
        """A payment, with everything that is known of it.

        Raises:
            Refused: there is none.
        """
        found = self._store.one("payments", "id", payment_id)
        if found is None:
            raise Refused(404, "no such payment")
        return found

    def end(self, payment_id: str, status: str) -> Row:
        """Let a payment succeed or fail, unless it has ended; answers how it stands now."""
        with self._store.begin():
            if self._store.turn(payment_id, status):
                self._tell_of(self.payment(payment_id))
        return self.payment(payment_id)

    def expire(self) -> None:
        """End the payments that nobody made in time."""
        for row in self._store.overdue(_text(self._clock())):
            self.end(row["id"], "expired")

    def refund(self, wish: dict[str, Any]) -> Row:
        """Send money of a payment back; a merchant reference that is known is answered again."""
        known = self._store.one("refunds", "merchant_reference", wish["merchant_reference"])
        if known is not None:
            return self.shown("refunds", known)
        paid = self.payment(wish["payment"])
        left = paid["amount"] - self._store.refunded(paid["id"]) if paid["status"] == "paid" else 0
        if not 1 <= wish["amount"] <= left:
            raise Refused(422, f"{left} fen can go back, not {wish['amount']}")
        row = wish | {
            "id": self._name("ref"),
            "status": "succeeded",
            "reason": "",
            "created_at": _text(self._clock()),
        }
        with self._store.begin():
            self._store.add("refunds", row)
            self._tell(paid["notify_url"], "refund.succeeded", self.shown("refunds", row))
        return self.shown("refunds", row)

    def by_reference(self, merchant_reference: str) -> list[Row]:
        """The payment of a merchant reference, if there is one."""
        found = self._store.one("payments", "merchant_reference", merchant_reference)
        return [] if found is None else [self.shown("payments", found)]

    def listed(self, table: str, since: datetime, until: datetime, after: str) -> list[Row]:
        """Payments or refunds of a period, by id; one more than a page has, where there are more."""
        return [self.shown(table, row) for row in self._store.page(table, _text(since), _text(until), after)]

    def shown(self, table: str, row: Row) -> Row:
        """A payment or refund as the wire has it."""
        said = {field: row[field] for field in FIELDS[table]}
        return said | ({"pay_url": f"{self._url}/pay/{row['id']}"} if table == "payments" else {})

    def _tell_of(self, row: Row) -> None:
        self._tell(row["notify_url"], f"payment.{row['status']}", self.shown("payments", row))

    def _tell(self, url: str, kind: str, data: Row) -> None:
        now, name = self._clock(), self._name("evt")
        event = {"id": name, "type": kind, "created_at": _text(now), "data": data}
        self._store.tell(name, url, event, now.timestamp())

    def _name(self, prefix: str) -> str:
        """An id that rises with time, so that lists can be read on from one."""
        since = self._clock() - datetime(2024, 1, 1, tzinfo=self._clock().tzinfo)
        return f"{prefix}_{since // timedelta(microseconds=1):014x}{self._tokens.url_safe(6)}"


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")
