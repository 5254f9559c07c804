"""The commands that describe places and name who works there: what the console does by page."""

from booking.commands.facilities import court, facility, hours, policy
from booking.commands.people import gate, members, staff
from booking.commands.places import calendar, place, zone

groups = (place, zone, facility, court, hours, policy, calendar, staff, members, gate)
