"""Writes of this app: the approval chain, its letters, reconsideration."""

from decisions.services.chain import (
    approve,
    concur,
    draft_decision,
    edit_reasons,
    endorse,
    issue,
    send_back,
    void_decision,
)
from decisions.services.letters import find_by_code, queue_letter, read_letter, retry_letter
from decisions.services.reconsideration import ask_reconsideration, reopen_file, reopen_screening

__all__ = [
    "approve",
    "ask_reconsideration",
    "concur",
    "draft_decision",
    "edit_reasons",
    "endorse",
    "find_by_code",
    "issue",
    "queue_letter",
    "read_letter",
    "reopen_file",
    "reopen_screening",
    "retry_letter",
    "send_back",
    "void_decision",
]
