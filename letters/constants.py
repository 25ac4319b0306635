"""The verification code of a letter, and how long it takes to be presumed received."""

# No 0, O, 1, I or L: the code is read aloud and typed from paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SIGNS = 12
DAYS_TO_SERVE = 5  # business days after sending, when nobody has read it (workflow.md)


def grouped(signs: str) -> str:
    """A code as it is printed, in three groups: `7KQF-2MRX-9TDH`."""
    return "-".join(signs[start : start + 4] for start in range(0, SIGNS, 4))
