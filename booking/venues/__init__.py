"""Facilities, courts and bookings: who plays where and when."""
