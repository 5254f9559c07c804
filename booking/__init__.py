"""The booking service of a trade union federation: courts, halls, rooms and retreats, and the gates to them."""

__version__ = "0.1.0"
