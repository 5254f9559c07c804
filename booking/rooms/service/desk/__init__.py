"""What is done at the front desk with guests who come, live here, and leave."""

from booking.rooms.service.desk.arriving import arrive, see_documents, walk_in
from booking.rooms.service.desk.changing import change_room, extend
from booking.rooms.service.desk.leaving import depart, mark_no_show
from booking.rooms.service.desk.taking_back import take_back_no_show

__all__ = ["arrive", "change_room", "depart", "extend", "mark_no_show", "see_documents", "take_back_no_show", "walk_in"]
