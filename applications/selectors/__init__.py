"""What a person lists: the files they look for, and those that wait for them."""

from applications.selectors.lists import Chosen, calls_of, chosen_files, in_order
from applications.selectors.waiting import work_for

__all__ = ["Chosen", "calls_of", "chosen_files", "in_order", "work_for"]
