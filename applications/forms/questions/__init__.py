"""The questions of a form as fields: from what is kept to inputs, and from what is posted back to a value.

Nothing is judged here: the service does, and what it says is put beside the fields.
"""

from applications.forms.questions.bound import BoundQuestion
from applications.forms.questions.values import pairs_of, posted

__all__ = ["BoundQuestion", "pairs_of", "posted"]
