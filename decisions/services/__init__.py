"""Writes of this app: the approval chain, reconsideration."""

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
from decisions.services.reconsideration import ask_reconsideration, reopen_file, reopen_screening

__all__ = [
    "approve",
    "ask_reconsideration",
    "concur",
    "draft_decision",
    "edit_reasons",
    "endorse",
    "issue",
    "reopen_file",
    "reopen_screening",
    "send_back",
    "void_decision",
]
