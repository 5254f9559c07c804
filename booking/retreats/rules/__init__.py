"""Rules of retreats: pure functions over plain values."""
