"""What the venues show: free counts, days, searches, bookings; one to three statements each, however much it is."""
