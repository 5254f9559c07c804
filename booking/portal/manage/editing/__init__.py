"""Describing places to the service: zones, facilities, courts, hours, policies and the calendar, by form."""

from booking.portal.manage.editing import calendar, courts, facilities, hours, places, policies, zones

handlers = [
    *places.handlers,
    *zones.handlers,
    *facilities.handlers,
    *courts.handlers,
    *hours.handlers,
    *policies.handlers,
    *calendar.handlers,
]
