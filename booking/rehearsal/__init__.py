"""The one mechanism of change: who is affected, the plan, apply, undo."""
