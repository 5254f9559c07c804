"""Pages that span features: home, my bookings, the managers' console."""
