"""What pages and higher apps read of a programme."""

from programs.selectors.versions import policy_of, read_once, rubric_of

__all__ = ["policy_of", "read_once", "rubric_of"]
