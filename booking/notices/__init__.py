"""Outbox, inbox and calendar feeds: how the service reaches people."""
