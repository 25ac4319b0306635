"""Writes of this app: the approval chain, reconsideration."""

from decisions.services.chain import (
    DecisionOvertaken,
    approve,
    concur,
    draft_decision,
    edit_reasons,
    endorse,
    issue,
    send_back,
    void_decision,
)
from decisions.services.reconsideration import ask_reconsideration, reopen_screening, send_to_new_panel
from decisions.services.rulings import set_acts_aside

__all__ = [
    "DecisionOvertaken",
    "approve",
    "ask_reconsideration",
    "concur",
    "draft_decision",
    "edit_reasons",
    "endorse",
    "issue",
    "reopen_screening",
    "send_back",
    "send_to_new_panel",
    "set_acts_aside",
    "void_decision",
]
