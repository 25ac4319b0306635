"""The trail is tried with the life cycle of the turnstile's own tests."""

from tests.moves.conftest import camille, cleared, dominique, file, machines, person

__all__ = ["camille", "cleared", "dominique", "file", "machines", "person"]
