"""Commands of the venues, by use case."""
