"""Sample answers to emails, and the QA team's queue; all invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assurance.forms.answer_by_mail import AnswersTaken
from bot.mail.replies_form import without_names
from dialogs.kit.message import Message
from dialogs.letters import mail_answers, mail_replies
from dialogs.qa_team import emails
from dialogs.qa_team.findings import WORDS, Found, findings_message
from dialogs.understand.reply_answers import Unclear
from policy.forms.form_questions import questions
from policy.forms.forms import FormContext, Problem
from tests.dialogs.sample_facts import ALLOCATED, FRAMEWORK, GOOD_ANSWERS, REFERENCE, TODAY, view

DAY = date(2026, 12, 2)


def messages() -> dict[str, Message]:
    """What is written back, by name."""
    empty = without_names(view("", {}), FRAMEWORK)
    whole = without_names(view("", GOOD_ANSWERS), FRAMEWORK)
    taken = AnswersTaken(empty, problems={"grade_reasons": Problem("identifier:postcode")}, not_asked=("sure_why",))
    unclear = (Unclear("good or outstanding", "which_grade", ("good", "outstanding")),)
    action = FRAMEWORK.form("action_update")
    given = {"update": "done", "evidence_kind": "supervision", "evidence_on": "2026-12-01"}
    context = FormContext.of(FRAMEWORK, allocated_on=ALLOCATED, today=TODAY)
    rows = [
        emails.Row(7, DAY, "Priya Fernhollow", REFERENCE, "not_understood"),
        emails.Row(9, DAY, "", "", "not_authenticated"),
    ]
    return {
        "mail_questions": mail_replies.form_questions_message(empty),
        "mail_read_back": mail_replies.form_read_back_message(AnswersTaken(whole), unread={}),
        "mail_read_back_problems": mail_replies.form_read_back_message(
            taken,
            unread={
                "date_held": ("31/2", Problem("no_such_day")),
                "family_feedback": ("9", Problem("out_of_range", 5)),
                "in_person": ("perhaps", Problem("not_a_choice")),
            },
            unclear=unclear,
            leftovers=["The car park is closed on Mondays."],
        ),
        "mail_read_back_quiet": mail_replies.form_read_back_message(taken, unread={}, unclear=unclear, echo=False),
        "mail_read_back_risk": mail_replies.form_read_back_message(
            AnswersTaken(replace(whole, red_route=True)), unread={}
        ),
        "mail_not_sent": mail_replies.form_read_back_message(AnswersTaken(whole), unread={}, not_sent=True),
        "mail_action": mail_replies.small_form_message(
            "Your action {}", REFERENCE, questions(action, given), given, {}, context, does="keep this"
        ),
        "mail_action_missing": mail_replies.small_form_message(
            "Your action {}",
            REFERENCE,
            questions(action, {"update": "done"}),
            {"update": "done"},
            {"evidence_kind": Problem("required"), "evidence_on": Problem("in_future")},
            context,
            does="keep this",
            unread={"evidence_kind": ("note or visit", Problem("which_choice"))},
        ),
        "mail_agree": mail_replies.decision_read_back_message(REFERENCE, [("From", "Priya Fernhollow")], agree=True),
        "mail_decline": mail_replies.decision_read_back_message(REFERENCE, [("From", "Priya Fernhollow")], agree=False),
        "mail_spoken": mail_replies.spoken_read_back_message(REFERENCE),
        "mail_reflection_asked": mail_replies.reflection_question_message(
            REFERENCE, FRAMEWORK.form("reflection").steps[0].fields[0]
        ),
        "mail_reflection": mail_replies.reflection_read_back_message(REFERENCE, "I would book the next review sooner."),
        "mail_dropped": mail_answers.dropped_message(REFERENCE),
        "mail_nothing_waits": mail_answers.nothing_waits_message(REFERENCE),
        "mail_not_understood": mail_answers.not_understood_message(REFERENCE),
        "mail_no_words": mail_answers.no_words_message(),
        "mail_cannot_read": mail_answers.cannot_read_message(),
        "mail_with_details": mail_answers.with_details_message(REFERENCE),
        "mail_too_long": mail_answers.too_long_message(REFERENCE, 1000, 1312),
        "mail_not_for_you": mail_answers.not_for_you_message(),
        "mail_which_one": mail_answers.which_one_message(),
        "mail_only_tells": mail_answers.only_tells_message(REFERENCE),
        "mail_in_teams": mail_answers.in_teams_message("CL-2026Q3-003"),
        "mail_stopped": mail_answers.emails_stopped_message(),
        "mail_started": mail_answers.emails_started_message(),
        "mail_no_other_way": mail_answers.no_other_way_message(),
        "mail_escalations_stay": mail_answers.escalations_stay_message(),
        "mail_help": mail_answers.help_by_mail_message("stop"),
        "mail_help_stopped": mail_answers.help_by_mail_message("start"),
        "emails_queue": emails.queue_message(rows, TODAY),
        "findings": findings_message(
            [Found(kind, REFERENCE, DAY) for kind in ("missing_notice", "wrong_next_step")]
            + [Found("chain_broken", "history", DAY)],
            TODAY,
        ),
        "findings_many": findings_message([Found(kind, REFERENCE, DAY) for kind in WORDS], TODAY),
        "findings_one": findings_message([Found("nobody_to_tell", REFERENCE, DAY)], TODAY),
        "findings_none": findings_message([], TODAY),
        "emails_none": emails.queue_message([], TODAY),
        "emails_come_back": emails.queue_message([], TODAY, failing=["Leila Oakencombe", "Tom Ashdown"]),
        "emails_one": emails.email_message(rows[0], "Could somebody ring me?", TODAY, settled=False),
        "emails_one_settled": emails.email_message(rows[1], "", TODAY, settled=True),
        "emails_settled": emails.settled_message(7),
        "emails_no_such": emails.no_such_email_message(),
    }
