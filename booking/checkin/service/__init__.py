"""What changes passes, gates and who is inside."""
