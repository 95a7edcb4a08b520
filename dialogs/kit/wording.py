"""The words we use more than once. Plain, warm and short: a manager reads this between two visits."""

from __future__ import annotations

from typing import Final

HINT: Final = "Use roles, not names. The child's record is the place for case detail."
NOT_A_REFERRAL: Final = "This is not a referral. Follow your safeguarding procedure."
SAVED_AS_YOU_GO: Final = "It saves at every step, so you can stop and come back, on any device."
NOTHING_SENT_YET: Final = "Nothing is sent in until you press Send."
NOTHING_TO_FILL_IN: Final = "There is nothing for you to fill in. A word about what is in the way is often enough."
STAYS_OPEN: Final = "It stays open, and sending it in stops the reminders."
ASK_QA: Final = "If that does not look right, the QA team can help."
BETWEEN_YOU: Final = "Please keep this between you and the people who need to know."

OPEN: Final = "Open"
IN_A_WINDOW: Final = "Open in a window"
BY_TYPING: Final = "Answer by typing"
NEXT: Final = "Next"
BACK: Final = "Back"
CHECK: Final = "Review"
SAVE: Final = "Save"
LATER: Final = "Save for later"
SEND: Final = "Send"
CHANGE: Final = "Change"
SHOW_LIST: Final = "Show my list"
CARRY_ON: Final = "Carry on"
MORE_TIME: Final = "Ask for more time"
APPROVE: Final = "Approve"
NOT_NOW: Final = "Not now"
RELEASE: Final = "We have talked: release"
TAKE_BACK: Final = "Take it back"
ACKNOWLEDGE: Final = "I have spoken to them"
CALL: Final = "Call in Teams"

SEE_PROPOSAL: Final = "See the proposal"
OPEN_RESULT: Final = "Open the result"
REFLECT: Final = "Add a reflection"

OPTIONAL: Final = "optional"


def via_line(via: str, because: str) -> str:
    """Why someone hears in another's place."""
    if via == "deputy":
        return "You are told because you are covering for the person who normally hears."
    return because
