"""A past that others lived through, booked anew: what would this engine have taken, refused and moved?"""
