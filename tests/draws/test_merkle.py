"""The commitment against the published roots of RFC 6962's reference implementation."""

import hashlib
import random
from array import array

import pytest

from booking.draws import fast_hashing, merkle
from booking.draws.units import Kind, Need, Units

DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [hashlib.sha256(b"\0" + bytes.fromhex(one)).digest() for one in DATA]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class TestRoot:
    @pytest.mark.parametrize("size", range(9))
    def test_is_the_published_one(self, size: int) -> None:
        assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]

    @pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 64, 1000])
    def test_is_the_same_on_the_fast_path(self, size: int) -> None:
        dice = random.Random(size)
        ids = array("Q", sorted(dice.randrange(2**64) for _ in range(size)))
        weights, inners = bytes(dice.randint(1, 4) for _ in range(size)), dice.randbytes(32 * size)
        units = Units(
            ids, weights, (Kind(Need(men=1)),), array("I", [0] * size), array("Q", [0] * (size + 1)), array("H")
        )
        assert fast_hashing.root(units, inners) == merkle.root(merkle.leaves(ids, weights, inners))


class TestProof:
    @pytest.mark.parametrize("size", [1, 2, 3, 5, 6, 8, 13, 33])
    def test_leads_from_each_leaf_to_the_root_and_from_no_other(self, size: int) -> None:
        leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
        root, tree = merkle.root(leaves), merkle.levels(leaves)
        assert tree[-1] == [root]
        for index, leaf in enumerate(leaves):
            siblings = merkle.proof(tree, index)
            assert merkle.is_included(leaf, index, size, siblings, root)
            assert not merkle.is_included(leaves[index - 1], index, size, siblings, root) or size == 1
            assert not merkle.is_included(leaf, index, size, [*siblings, root], root)
            assert not merkle.is_included(leaf, index, size, siblings[:-1], root) or size == 1
            assert not merkle.is_included(leaf, size, size, siblings, root)
            if size > 1:
                assert not merkle.is_included(leaf, index ^ 1, size, siblings, root)


class TestLeaf:
    def test_binds_id_weight_and_record(self) -> None:
        inner = merkle.inner_hash(b"s" * 16, b"record")
        expected = hashlib.sha256(b"\0" + bytes([0, 0, 0, 0, 0, 0, 1, 2, 3]) + inner).digest()
        assert merkle.leaf(258, 3, inner) == expected
        assert merkle.leaves([258], b"\3", inner) == [expected]
