"""fixtures/draws against the engine: what other implementations are checked with is what the engine does."""

import json
from pathlib import Path
from typing import Any

import pytest

from booking.draws import merkle, quotas
from booking.draws.rules import Level
from booking.draws.sources import rfc3797_key, seed_of
from booking.draws.tickets import ticket
from fixtures.draws import make_vectors

FOLDER = Path(make_vectors.__file__).parent
VECTORS: dict[str, Any] = json.loads((FOLDER / "vectors.json").read_text(encoding="utf-8"))


class TestVectors:
    def test_are_written_the_same_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(make_vectors, "FOLDER", tmp_path)
        make_vectors.main()
        stored = {path.relative_to(FOLDER): path.read_bytes() for path in FOLDER.rglob("*.csv")}
        stored[Path("vectors.json")] = (FOLDER / "vectors.json").read_bytes()
        assert {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*")} == stored

    def test_hold_step_by_step(self) -> None:
        assert rfc3797_key(VECTORS["rfc3797"]["sources"]) == VECTORS["rfc3797"]["key"]
        said = VECTORS["seed"]
        assert seed_of(bytes.fromhex(said["root"]), bytes.fromhex(said["rules"]), said["key"]).hex() == said["seed"]
        for one in VECTORS["tickets"]:
            assert ticket(bytes.fromhex(said["seed"]), int(one["id"], 16), one["weight"]).hex() == one["ticket"]
        one = VECTORS["record"]
        inner = merkle.inner_hash(bytes.fromhex(one["salt"]), one["text"].encode())
        unit_id, weight, *_ = one["text"].split(",")
        assert inner.hex() == one["inner"]
        assert merkle.leaf(int(unit_id, 16), int(weight), inner).hex() == one["leaf"]

    def test_prove_inclusion(self) -> None:
        one = VECTORS["proof"]
        siblings = map(bytes.fromhex, one["siblings"])
        leaf, root = bytes.fromhex(one["leaf"]), bytes.fromhex(one["root"])
        assert merkle.is_included(leaf, one["index"], one["units"], siblings, root)

    def test_split_quotas(self) -> None:
        one = VECTORS["quotas"]
        shares = quotas.split(make_vectors.NODES, one["places"], one["members"], one["applicants"], Level.TOWNSHIP)
        assert {code: share.heads for code, share in shares.items()} == one["heads"]
        assert sorted(code for code, share in shares.items() if share.is_satisfied) == one["satisfied"]
