"""Writes of this room: the approval chain, and its letters."""

from decisions.services.chain import approve, concur, draft_decision, endorse, issue, send_back, void_decision
from decisions.services.letters import find_by_code, queue_letter, read_letter, retry_letter

__all__ = [
    "approve",
    "concur",
    "draft_decision",
    "endorse",
    "find_by_code",
    "issue",
    "queue_letter",
    "read_letter",
    "retry_letter",
    "send_back",
    "void_decision",
]
