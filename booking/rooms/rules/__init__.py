"""Rules of the sanatorium: pure functions over plain values."""
