"""What officers of the whole federation do with a season before its draw: draft, edit, publish, cancel."""
