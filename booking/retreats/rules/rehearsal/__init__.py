"""A draw tried out before anything is published: who would apply, and what would come of it.

`rehearse` answers the same for the same question, in whatever process it runs.
"""

from booking.retreats.rules.rehearsal.counting import Figures, Left, Rate
from booking.retreats.rules.rehearsal.question import Question, Terms, Tried
from booking.retreats.rules.rehearsal.running import rehearse

__all__ = ["Figures", "Left", "Question", "Rate", "Terms", "Tried", "rehearse"]
