"""Fills an empty installation: the demo city's files, made-up members, and lists of real ones."""
