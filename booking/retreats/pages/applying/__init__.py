"""The worker's pages before the draw: applying in three steps, one's application, invitations, the receipt."""

from booking.retreats.pages.applying import invitations, mine, receipts, steps

handlers = [*steps.handlers, *mine.handlers, *invitations.handlers, *receipts.handlers]
