"""Passes, gates and redemptions: who may walk through which door, when, and how often.

`facts`, `tokens`, `codes`, `presented`, `hours`, `decision`, `annulment` and `sentences` are pure and need nothing
but the standard library and PyNaCl: the program at a turnstile ships them unchanged. The rest is the server's.
"""
