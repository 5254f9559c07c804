"""Who did what, sealed."""
