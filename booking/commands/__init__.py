"""The commands of `booking …`, by subject: each is one transaction and one service call."""
