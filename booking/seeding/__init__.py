"""Reading fixtures and member lists, all checked before anything is loaded."""
