"""What the API of payments takes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from booking.payments.rules import LARGEST_FEN
from booking.payments.service.intents import Purpose


class IntentRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Pay a folio online: all that is owed, or that is asked as a deposit, unless `fen` says less."""

    purpose: Purpose = "payment"
    fen: Annotated[int, Meta(ge=1, le=LARGEST_FEN)] | None = None
