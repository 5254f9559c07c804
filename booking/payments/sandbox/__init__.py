"""A payment provider to develop and test against: a program of its own that shares the wire format, and no code.

`booking sandbox-payments` runs it. Nobody's money moves: its page asks whether the payment should succeed. What it
speaks is described in booking/payments/wire.py; it signs, repeats and reorders its messages as a real one does.
"""
