"""The messages there are. What each says: `notifications.messages`."""

from enum import Enum

from django.db.models import TextChoices


class MessageKind(TextChoices):
    """The messages there are. Start fails on one that no content is of, or that is `followed` by nobody."""

    # accounts
    INVITATION = "invitation"
    ACCOUNT_CONFIRM = "account_confirm"
    ACCOUNT_EXISTS = "account_exists"
    PASSWORD_RESET = "password_reset"  # noqa: S105 (names a message)
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    # applications
    SPONSOR_ASKED = "sponsor_asked"
    SPONSOR_ANSWERED = "sponsor_answered"
    APPLICATION_RECEIVED = "application_received"
    APPLICATION_COMPLETE = "application_complete"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    FILE_WITHDRAWN = "file_withdrawn"
    SCREENED_AGAIN = "screened_again"
    CHANGES_REQUESTED = "changes_requested"
    CHANGES_ANSWERED = "changes_answered"
    CHANGES_REMINDER = "changes_reminder"
    CHANGES_CANCELLED = "changes_cancelled"
    NEXT_COHORT = "next_cohort"
    CHANGES_OVERDUE = "changes_overdue"
    CHANGES_UNANSWERED = "changes_unanswered"
    # programs
    CALL_EXTENDED = "call_extended"
    CALL_CANCELLED = "call_cancelled"
    # reviews
    REVIEW_OFFERED = "review_offered"
    REVIEW_OPENED = "review_opened"
    REVIEW_REOPENED = "review_reopened"
    REVIEW_CANCELLED = "review_cancelled"
    REVIEW_DECLINED = "review_declined"
    RULING_ASKED = "ruling_asked"
    INTERESTS_TOUCH = "interests_touch"
    DECLARATION_RULED = "declaration_ruled"
    # decisions
    STEP_STUCK = "step_stuck"
    DECISION_WAITING = "decision_waiting"
    DECISION_SENT_BACK = "decision_sent_back"
    DECISION_UNDONE = "decision_undone"
    CONCURRENCE_ASKED = "concurrence_asked"
    CONCURRENCE_VOID = "concurrence_void"
    LETTER_FAILED = "letter_failed"
    LETTER = "letter"


class Side(Enum):
    """By what somebody is concerned by a message."""

    ADDRESS = "the address that was typed"
    ONESELF = "what is theirs"
    APPLICANT = "acting for the applicant: no conflict of interest keeps their own file from them"
    OFFICE = "an office held on the file: whether they still hold it is asked again as the message leaves"


class Concern(Enum):
    """Whom a message concerns, asked at the moment of telling: by what they are told, and the sentence of
    docs/messages.md."""

    ADDRESS = (Side.ADDRESS, "The address that was typed: nobody has an account there yet, or it is being proved.")
    ONESELF = (Side.ONESELF, "The person that it is about, while their account is open.")
    APPLICANT = (Side.APPLICANT, "Who signs for the applicant, and who began the draft: its members today.")
    MEMBERS = (Side.APPLICANT, "Everybody who acts for the applicant today.")
    HOLDERS = (Side.APPLICANT, "The applicant's people of each draft; its members, where it has begun none.")
    OFFICERS = (Side.OFFICE, "The officers of the programme in office, to whom the file is not closed.")
    REVIEWER = (Side.OFFICE, "The reviewer that it is about, while they are one of the programme.")
    ASKER = (Side.OFFICE, "The officer who asked, while in office and not barred; else the officers of the programme.")
    SCREENERS = (Side.OFFICE, "The screening officers in office who may screen the file, and to whom it is not closed.")
    RULERS = (
        Side.OFFICE,
        "Who may rule on it today: the committee's chair; on acts that came before a conflict, the endorser too.",
    )
    TAKERS = (Side.OFFICE, "Who may take the step today; the officers of the programme, where nobody may.")
    RETURNED = (
        Side.OFFICE,
        "Whose acts are void, whose turn it is, and who runs the file from there; not who sent it back.",
    )
    UNDONE = (
        Side.OFFICE,
        "Whose acts on the decision are undone; the partner's officers in office who concurred, or were asked to.",
    )
    PARTNER = (Side.OFFICE, "The partner's officers in office who are free to concur.")
    PARTNERS_PEOPLE = (
        Side.OFFICE,
        "The partner's officer in office who concurred; else those who concur for it today.",
    )

    def __init__(self, side: Side, sentence: str) -> None:
        self.side, self.sentence = side, sentence


class Holds(Enum):
    """As long as what a message says holds, asked as it leaves, of the app that owns the fact (`notices.tell_whether`).
    What each says is a sentence of docs/messages.md, and the reason of a message that does not leave for it."""

    ALWAYS = "Always: it tells what happened."
    # accounts
    INVITED = "The invitation can be accepted."
    CONFIRMS = "The link still proves the address."
    CHOOSES = "The link still lets its reader choose a password."
    # applications
    SPONSORS = "The request can be answered."
    COMPLETE = "Its applicant reads that the file is being assessed, and that it is complete since that day."
    ASKED = "These changes are asked, until that day."
    LATE = "These changes are asked, and have not come by that day, which is past."
    NOT_ASKED = "The file is on its way as its applicant reads it, and no changes are asked."
    TO_SCREEN = "The file is in screening: nothing was found of it since."
    COHORT = "The file is on its way as its applicant reads it, in that cohort."
    CLOSING = "The call closes then for this applicant, which is to come; the draft that it leads to is still one."
    # reviews
    OFFERED = "The review is offered to them, for that day or a later one."
    TO_SUBMIT = "The review is theirs to submit, for that day."
    NOT_REVIEWED = "The file was not given to them again."
    REPLACED = "Another reviewer is to be assigned, where it asks for one."
    # decisions
    TO_RULE = "The declaration waits for that ruling."
    DECLARED = "Its person declared nothing since; where it says that a ruling is awaited, it is."
    STUCK = "The file waits for a step that nobody can take."
    WAITING = "The decision waits for that step, and for this person."
    BACK = "The file is on its way to its decision."
    CONCURS = "The concurrence is awaited."
    NOT_CONCURRED = "The partner was not asked again."
    FAILED = "The letter of the file failed, and nobody has tried again."
