"""The words and facts of a gate's decision: what goes into `decision` and what comes out.

Plain values only, so that server, turnstile and browser can state the same case: instants are Unix seconds,
hours of the day are seconds after midnight in Shanghai, 0 is "never" or "not said", and -1 is "no limit".
"""

from enum import StrEnum
from typing import NamedTuple

from booking.checkin.codes import CodeCheck

NO_LIMIT = -1


class Status(StrEnum):
    """The three answers of a gate."""

    OK = "ok"
    INCOMPLETE = "incomplete"
    """Not refused: the same scan with what `needs` names would be."""
    ERROR = "error"


class Reason(StrEnum):
    """Why the answer is `error`. Up to `ERROR`, the words are those of pretix's check-in API."""

    INVALID = "invalid"
    UNPAID = "unpaid"
    BLOCKED = "blocked"
    INVALID_TIME = "invalid_time"
    CANCELED = "canceled"
    ALREADY_REDEEMED = "already_redeemed"
    PRODUCT = "product"
    RULES = "rules"
    AMBIGUOUS = "ambiguous"
    REVOKED = "revoked"
    UNAPPROVED = "unapproved"
    ERROR = "error"
    WRONG_ZONE = "wrong_zone"
    ZONE_FULL = "zone_full"
    CODE_EXPIRED = "code_expired"
    CLOCK_UNTRUSTED = "clock_untrusted"
    OFFLINE_LEASE_EXPIRED = "offline_lease_expired"
    NEEDS_ONLINE = "needs_online"
    DEVICE_REVOKED = "device_revoked"


class Need(StrEnum):
    """What would complete an `incomplete` scan."""

    CODE = "code"
    """The rotating digits."""
    IDENTITY = "identity"
    """A look at an identity document, instead of the digits."""
    HEADS = "heads"
    """How many go through now, from 1 to `left`."""


class Direction(StrEnum):
    """Which way the turnstile turns."""

    ENTRY = "entry"
    EXIT = "exit"


class Presented(StrEnum):
    """What was held before the scanner."""

    QR = "qr"
    """A token whose signature holds."""
    MANUAL = "manual"
    CARD = "card"
    """A 5·1 card or a barcode that others made, tied to a member on the server."""
    FORGED = "forged"
    RETIRED_KEY = "retired_key"
    UNVERIFIABLE = "unverifiable"
    """A token of a newer version or key than this checker has."""
    UNREADABLE = "unreadable"


class PassState(StrEnum):
    """Where a pass stands; each but `ISSUED` is the reason of its refusal."""

    ISSUED = "issued"
    UNPAID = "unpaid"
    UNAPPROVED = "unapproved"
    BLOCKED = "blocked"
    CANCELED = "canceled"
    REVOKED = "revoked"


class HeadsMode(StrEnum):
    """How many heads a scan means at a gate when it does not say."""

    ONE = "one"
    """A turnstile lets one through each scan."""
    ALL = "all"
    """A door lets all through who may still go."""
    ASK = "ask"
    """A person at the door is asked, if more than one may go."""


class Scan(NamedTuple):
    """One scan: what was presented, which way, when."""

    presented: Presented
    at: int
    """The checker's present: the server's clock online, the gate's own offline."""
    code: CodeCheck = CodeCheck.ABSENT
    direction: Direction = Direction.ENTRY
    heads: int = 0
    """How many want through, 0 when not said."""
    identity_seen: bool = False
    """Someone at the gate compared an identity document with the pass."""
    matches: int = 1
    """How many passes what was presented may mean; more than one for a card with several passes now."""


class Gate(NamedTuple):
    """The device that scans, as the one who decides knows it."""

    place_id: int
    zones: tuple[int, ...]
    heads_mode: HeadsMode = HeadsMode.ONE
    staffed: bool = False
    """Someone stands here who can look at an identity document."""
    online: bool = True
    """The whole ledger is in view. False: the gate decides alone, from its manifest and journal."""
    revoked: bool = False
    clock_trusted: bool = True
    """Offline: the gate's clock has been set since it was switched on, and agrees with its monotonic one."""
    high_water: int = 0
    """Offline: the latest time this gate knows to have passed, by the server or by its own journal."""
    lease_until: int = 0
    """Offline: when its manifest may no longer be believed (half-open)."""


class Zone(NamedTuple):
    """The rules of the zone that a gate leads into, and who is in it now."""

    early_minutes: int = 0
    late_minutes: int = 0
    reentry: bool = False
    anti_passback: bool = True
    """With re-entry: nobody enters twice without having left. Also: nobody leaves who did not enter."""
    static_code: bool = False
    """A code that does not rotate opens this zone, if its pass was issued for that."""
    products: tuple[int, ...] = ()
    """The kinds of passes that open it; () for all."""
    capacity: int = NO_LIMIT
    inside: int = 0
    """Heads inside now, as far as the one who decides can see."""
    unseen: int = 0
    """Offline: how many more may be inside, let in by gates that this one cannot hear."""


class Pass(NamedTuple):
    """What is known of the pass. Offline and not in the manifest: what its own token says."""

    place_id: int
    zones: tuple[int, ...]
    opens: int
    closes: int
    party: int = 1
    state: PassState = PassState.ISSUED
    daily_from: int = 0
    """A pass of several days admits from here, each day …"""
    daily_until: int = 0
    """… to here, past 86,400 when the evening runs past midnight. 0 and 0: whenever it is open."""
    product: int = 0
    static_code: bool = False
    """By the token that was scanned, not by the pass: a screenshot of a rotating code never is one."""
    single_entry: bool = False
    """Each head enters the zone once, whatever its rule about re-entry."""


class History(NamedTuple):
    """What this pass has done so far in the zone of the gate; annulled scans do not count."""

    admitted: int = 0
    """Heads ever let in."""
    admitted_in_hours: int = 0
    """Heads let in since the present daily hours began (`hours.admission` says when); for daily passes."""
    inside: int = 0
    """Heads inside now: in minus out, minus those whom an automatic exit counted out."""
    first_at: int = 0
    """When the first was let in, 0 for never."""


class Verdict(NamedTuple):
    """The answer of a gate, with the numbers that its sentence needs."""

    status: Status
    reason: Reason | None
    """Set when, and only when, the status is `error`."""
    sentence: str
    """Which sentence of `sentences` says it."""
    needs: tuple[Need, ...] = ()
    """What would complete it, when the status is `incomplete`."""
    heads: int = 0
    """How many go through now."""
    left: int = 0
    """How many may still go the same way, after those."""
    party: int = 0
    first_at: int = 0
    opens: int = 0
    """The hours of admission, early and late minutes included: see `hours.admission`."""
    closes: int = 0
    inside: int = 0
    """Heads in the zone, before this scan."""
    capacity: int = NO_LIMIT
    unseen: int = 0
