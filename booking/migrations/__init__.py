"""The steps that bring a stored database to the tables of `booking.models`; run by `booking.db.migrating`."""
