"""The sanatorium: room types, rooms, nights and stays."""
