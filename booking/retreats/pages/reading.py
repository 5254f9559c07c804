"""What addresses and forms of retreats say."""


def read_hex(text: str) -> int | None:
    """The application with this id, 16 lower-case hexadecimal digits; None for anything else."""
    if len(text) != 16 or any(letter not in "0123456789abcdef" for letter in text):
        return None
    found = int(text, 16)
    return found if found < 2**63 else None
