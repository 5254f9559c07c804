"""Fixtures of loading."""

from pathlib import Path

import pytest

from tests.seeding.cities import write_city


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    folder.mkdir()
    return write_city(folder)
