"""Quotes, folios and the double-entry ledger, below venues and rooms alike."""
