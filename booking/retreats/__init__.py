"""Retreats given out by lottery: seasons with batches and quotas, applications, the draw, and the stays of winners.

What decides a draw is in `booking.draws`, which knows nothing of this package; the rooms and nights are those of
`booking.rooms`. This package turns a season into rules, applications into units, and places won into stays.
"""
