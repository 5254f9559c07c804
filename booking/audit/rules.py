"""How entries are chained, and what a chain gives away about those who touched it.

Seal k of a place is SHA-256 over the seal before it and the entries of its batch in the order of their ids. An
edit, a deletion or a swap breaks the seal of its batch; a chain that was computed anew from there on, or that
lost its end, differs from the heads that were anchored outside.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from booking.web.locale import N_

Flaw = Literal["altered", "missing_entries", "added_entries", "missing_seal", "rewritten", "truncated"]

WORDS: dict[Flaw, str] = {
    "altered": N_("第 {seal_id} 号封存里的记录被改动或调换过：内容与封存时的指纹不符。"),
    "missing_entries": N_("第 {seal_id} 号封存时有 {expected} 条记录，现在只剩 {found} 条。"),
    "added_entries": N_("第 {seal_id} 号封存时有 {expected} 条记录，现在却有 {found} 条。"),
    "missing_seal": N_("第 {seal_id} 号封存不见了。"),
    "rewritten": N_("第 {seal_id} 号封存与外部留存的指纹不符：从某处起整条链被重算过。"),
    "truncated": N_("外部留存到第 {expected} 号封存，链却止于第 {found} 号：末尾被截去了。"),
}
"""What each flaw is called, with `{seal_id}`, `{expected}` and `{found}`."""


class Entry(msgspec.Struct, frozen=True):
    """What a seal covers of an entry."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Any


class Link(msgspec.Struct, frozen=True):
    """A stored seal."""

    id: int
    entries: int
    hash: bytes
    at: datetime


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong with a place's chain; `WORDS[kind]` says it."""

    kind: Flaw
    seal_id: int
    expected: int = 0
    found: int = 0


def seal_hash(place_id: int, seal_id: int, before: bytes, at: datetime, entries: Sequence[Entry]) -> bytes:
    """The hash of a seal; `before` is the hash of the seal before it, empty for the first."""
    digest = hashlib.sha256(before)
    encoder = msgspec.json.Encoder(order="deterministic")
    digest.update(encoder.encode([place_id, seal_id, at, len(entries)]))
    for entry in entries:
        digest.update(b"\n" + encoder.encode(entry))
    return digest.digest()


def check_link(place_id: int, link: Link, before: bytes, entries: Sequence[Entry]) -> Fault | None:
    """What is wrong with one batch, given the stored hash of the seal before it."""
    if len(entries) < link.entries:
        return Fault("missing_entries", link.id, link.entries, len(entries))
    if len(entries) > link.entries:
        return Fault("added_entries", link.id, link.entries, len(entries))
    if seal_hash(place_id, link.id, before, link.at, entries) != link.hash:
        return Fault("altered", link.id)
    return None


def check_order(links: Iterable[Link], anchors: Mapping[int, bytes]) -> list[Fault]:
    """Seals that are missing between others or at the end, or that differ from what was anchored outside.

    Args:
        links: the stored seals in the order of their ids.
        anchors: the hashes of some seals, kept where nobody who can write the database can change them.
    """
    faults: list[Fault] = []
    last = 0
    for link in links:
        faults += [Fault("missing_seal", number) for number in range(last + 1, link.id)]
        last = link.id
        if anchors.get(link.id, link.hash) != link.hash:
            faults.append(Fault("rewritten", link.id))
    anchored = max(anchors, default=0)
    if anchored > last:
        faults.append(Fault("truncated", last + 1, anchored, last))
    return faults
