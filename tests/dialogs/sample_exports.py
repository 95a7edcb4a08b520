"""Sample cards of the QA team taking rows out; all invented."""

from __future__ import annotations

from dialogs.kit.message import FileOffer, Message
from dialogs.qa_team import exports
from tests.dialogs.sample_facts import FRAMEWORK, TODAY, TOKEN


def cards() -> dict[str, Message]:
    """Asked, asked again, offered, and what came of it."""
    offer = FileOffer(exports.file_name("moderations", TODAY), exports.TITLES["moderations"], 8_211, TOKEN)
    return {
        "form_export": exports.ask_message(FRAMEWORK, TODAY),
        "form_export_missing": exports.ask_message(FRAMEWORK, TODAY, missing=True),
        "form_export_reworded": exports.ask_message(FRAMEWORK, TODAY, what="loops", problem=exports.REASON),
        "export_offered": exports.offered_message("moderations", 1, offer),
        "export_over": exports.over_message(),
        "export_put_aside": exports.put_aside_message(),
        "export_not_delivered": exports.not_delivered_message(),
        "export_for_qa_team": exports.for_qa_team_message(),
    }
