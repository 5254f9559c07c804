"""Where: places, their zones and the calendar, on which gates, courts and rooms stand."""
