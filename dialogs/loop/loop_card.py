"""Closing the loop as cards: one page at a time to fill it in, and the whole of it for who decides or may look.

Opened by the people it concerns and nobody else; here stand the practitioner, the answers, then and now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from microsoft_teams.cards import Choice as CardChoice
from microsoft_teams.cards import ChoiceSetInput

from dialogs.actions.set_action import SET
from dialogs.forms.form_card import FORM_CHANGED, OVERTAKEN
from dialogs.forms.form_parts import (
    answers_of,
    not_kept,
    put_questions,
    what_is_missing,
    what_may_name_somebody,
    what_to_look_at,
)
from dialogs.kit import wording
from dialogs.kit.cards import Bold
from dialogs.kit.inert import inert
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.questions import Question, say_answer
from dialogs.kit.rungs import say_role
from dialogs.kit.speaking import say_date, say_list
from dialogs.loop.loop_meeting import meeting_button, meeting_fact
from dialogs.loop.loop_news import RESULTS
from policy.calendar.calendar import Calendar
from policy.follow_up.loop_form import DECISIONS, page_key
from policy.forms.form_walk import is_answered
from policy.forms.forms import Problem, next_step, previous_step, visible_steps
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.loop.loop_view import LoopView

TITLE = "Closing the loop"
REVIEW_TITLE = "Check and send"
MAY_STAND_DOWN = ("open", "met", "submitted", "returned_for_change", "with_qa")
MAY_BE_UNTESTABLE = ("with_qa", "re_audit_due")
NOT_TESTABLE, STAND_DOWN, OWN_REAUDIT = "Not testable", "Stand down", "A re-audit of its own"
AUTHORISE, ALL_THE_SAME, NOT_YET = "Authorise", "Yes, authorise it", "Not yet"
STATES = {
    "open": "The meeting is still to be held.",
    "met": "They have met; the form is being filled in.",
    "submitted": "The form waits to be authorised.",
    "returned_for_change": "The form was sent back, to change something.",
    "authorised": "The form is authorised.",
    "with_qa": "The form is with the QA team; the re-audit comes.",
    "re_audit_due": "The re-audit is due.",
    "closed": "It is closed.",
}


def loop_message(view: LoopView, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """The card of a loop for this person, whatever they may do with it. `note` is a line of ours at the top."""
    if view.mode != "fill":
        return whole_message(view, framework, note=note, in_dialog=in_dialog)
    shown = review_message if view.reviewing else step_message
    note = note or (OVERTAKEN if view.overtaken else FORM_CHANGED if view.form_changed else "")
    return shown(view, framework, note=note, in_dialog=in_dialog)


def _is_still_to_meet(view: LoopView) -> bool:
    """Until the day they meet the card offers to book or move it; from then on, to set an action (typed, always)."""
    at = view.loop.meeting_at
    return view.loop.state == "open" and (at is None or view.context.today < at.date())


def step_message(view: LoopView, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """One page of the form for the Senior Manager."""
    step = view.form.step(view.step)
    page = _begin(view, step.title, in_dialog)
    page.para(note)
    _sent_back(page, view)
    not_kept(page, view, view.form)
    if step.intro and step.notice:
        page.begin_box("attention").spoken(Bold(step.intro)).end_box()
    else:
        page.para(step.intro)
    _action(page, view, step.key)
    what_to_look_at(page, view, view.form)
    put_questions(page, view, view.form, step, set_apart="safe_now", newly_asked=view.newly_asked)
    last = next_step(view.form, step.key, view.answers) is None
    token, version = view.loop.token, view.version
    page.button(wording.CHECK if last else wording.NEXT, "loop_next", token, main=True, step=step.key, v=version)
    if previous_step(view.form, step.key, view.answers):
        page.button(wording.BACK, "loop_back", token, step=step.key, v=version)
    elif _is_still_to_meet(view):
        meeting_button(page, token, view.loop.meeting_at)
    else:
        page.button(SET, "want_action", token, typed=f"action {view.loop.reference}", step=step.key, v=version)
    page.button(wording.LATER, "loop_later", token, step=step.key, v=version)
    return page.message()


def review_message(view: LoopView, framework: Framework, *, note: str = "", in_dialog: bool = False) -> Message:
    """Every answer once more for its author, with the way back to each page, and Send."""
    page = _begin(view, REVIEW_TITLE, in_dialog)
    page.para(note)
    _sent_back(page, view)
    not_kept(page, view, view.form)
    steps = visible_steps(view.form, view.answers)
    what_is_missing(page, view, steps)
    if not view.missing:
        page.para("Please read it through once. Nothing goes to the Head of Service until you press Send.")
    what_may_name_somebody(page, view, steps, framework)
    for step in steps:
        answers_of(page, view, step, about=partial(_action, page, view, step.key))
    token, version = view.loop.token, view.version
    first = next((step.key for step in steps if step.key in view.missing), steps[0].key)
    page.add(
        ChoiceSetInput(
            id="step",
            label="Change a step",
            error_message="Please choose a step.",
            choices=[CardChoice(title=step.title, value=step.key) for step in steps],
            style="compact",
            value=first,
            spacing="Large",
            separator=True,
        ),
        "\n".join(["Change a step", *(f"  {number}. {step.title}" for number, step in enumerate(steps, 1))]),
    )
    if not view.missing:
        page.button(wording.SEND, "loop_send", token, main=True, keep_answers=False, v=version)
    page.button(wording.CHANGE, "loop_edit", token, main=bool(view.missing), v=version)
    page.button(wording.LATER, "loop_later", token, keep_answers=False, v=version)
    return page.message()


def whole_message(
    view: LoopView,
    framework: Framework,
    *,
    note: str = "",
    problem: Problem | None = None,
    asked: str = "",
    entered: str = "",
    in_dialog: bool = False,
) -> Message:
    """The whole form, then and now, and what this reader may decide. `problem` is of the answer to `asked`."""
    loop, today = view.loop, view.context.today
    page = Page(f"{TITLE}: {loop.reference}", summary=f"{TITLE}: {loop.reference}.", in_dialog=in_dialog)
    page.para(note)
    if view.not_safe:
        _not_safe(page, view)
    page.para(_where_it_stands(view))
    page.facts(
        [
            ("Learning space", view.item.reference),
            ("Case", view.item.case_ref if view.shows_case else ""),
            ("Practitioner", view.practitioner),
            ("Filled in by", view.filled_by),
            ("Re-audit", say_date(loop.reaudit_due_on, today) if loop.reaudit_due_on and not loop.result else ""),
        ]
    )
    _then_and_now(page, view, framework)
    if loop.submissions:
        for step in visible_steps(view.form, view.answers):
            if not step.notice and step.key != "confirm":
                answers_of(page, view, step, about=partial(_action, page, view, step.key))
    decision = _Deciding(page, view, framework, problem, asked, entered)
    if view.mode == "authorise":
        page.para("Once you authorise it, it is with the QA team, and the re-audit has its date.")
        decision.ask("send_back", "because", only_if="you send it back")
        # Where the child is not safe, Authorise is not the press the card suggests, and it asks once more.
        page.button(AUTHORISE, "loop_authorise", loop.token, main=not view.not_safe, keep_answers=False, v=view.version)
        page.button("Send back", "loop_return", loop.token, v=view.version)
    elif view.mode == "record":
        decision.ask("result", "reaudit_result")
        page.button("Record the result", "loop_result", loop.token, main=True)
    elif view.runs_it and loop.is_open:
        _endings(page, view, decision)
    return page.message()


def sure_message(view: LoopView, *, in_dialog: bool = False) -> Message:
    """Asked once more before a form is authorised that says the child is not safe now (G1)."""
    loop = view.loop
    page = Page(
        f"Before you authorise: {loop.reference}",
        summary=f"{TITLE} {loop.reference}: one question.",
        in_dialog=in_dialog,
    )
    _not_safe(page, view)
    page.para("Authorising gives the form to the QA team. It does not make the child safe, and it makes no referral.")
    page.para("Have you spoken about it, and is somebody acting on it now?")
    page.button(ALL_THE_SAME, "loop_authorise_sure", loop.token, v=view.version)
    return page.button(NOT_YET, "loop", loop.token, typed=f"open {loop.reference}", main=True).message()


def saved_message(view: LoopView) -> Message:
    """The form is put aside; everything is kept."""
    loop = view.loop
    page = Page(f"Saved: {loop.reference}", summary=f"{TITLE} {loop.reference} is saved.")
    page.para("Everything you wrote is kept. Come back when it suits you.")
    page.facts([("Back to the QA team by", say_date(loop.return_by, view.context.today))])
    page.button(wording.CARRY_ON, "loop", loop.token, typed=f"open {loop.reference}", main=True)
    page.window_button(wording.IN_A_WINDOW, "loop", loop.token, typed=f"open {loop.reference}")
    page.button(wording.BY_TYPING, "type", loop.token, typed=f"type {loop.reference}")
    return page.message(closes=f"{loop.reference} is saved for later.")


def sent_message(reference: str, framework: Framework, *, already: bool, asked: Sequence[str]) -> Message:
    """What takes the form's place once it is sent: no answer stays in the chat. `asked` are the roles told of it."""
    page = Page(f"Sent: {reference}", summary=f"{TITLE} {reference} has been sent.")
    if already:
        return page.para("You have sent this already. There is nothing more to do.").message()
    page.para(f"Thank you. {_who_authorises(asked, framework)}")
    return page.para("You hear from me when it is authorised, or when something has to change.").message()


def _who_authorises(asked: Sequence[str], framework: Framework) -> str:
    """Who has it next. A role outside the line of management decides nothing: it is told that a post is vacant."""
    deciding = [role for role in asked if framework.level(role) is not None]
    if deciding:
        said = say_list([say_role(role, framework) for role in deciding])
        return f"The {said} authorise{'s' if len(deciding) == 1 else ''} it next."
    if asked:
        return "Nobody is in post to authorise it, so the QA team is asked to find someone."
    return "It has been kept."


def decided_message(reference: str, what: str, *, already: bool = False) -> Message:
    """What takes the card's place once something is decided."""
    page = Page(f"Done: {reference}", summary=f"{TITLE}: {reference} is settled.")
    if already:
        page.para("This was settled already, so nothing has changed.")
    return page.para(what).message()


def not_allowed_message(reference: str, why: str) -> Message:
    """Why this cannot be done, and what can."""
    return Page(f"Not yet: {reference}", summary=f"{TITLE}: {reference}.").para(why).message()


def loop_line(page: Page, decision: Any, today: date, buttons: int) -> int:
    """A loop on the home card, with the button that opens it."""
    page.spoken(Bold(f"{TITLE}: {decision.reference}"))
    words = LINES[decision.kind]
    by = f" by {say_date(decision.by_when, today)}" if decision.by_when else ""
    page.para(words.format(by=by), gap="Small")
    if buttons and decision.token:
        page.button_here(wording.OPEN, "loop", decision.token, typed=f"open {decision.reference}")
        return 1
    page.para(f"To open it, type: open {decision.reference}", gap="Small")
    return 0


LINES = {
    "meet_for_loop": "Please meet the practitioner and their manager{by}.",
    "finish_loop_form": "Please send the form{by}.",
    "authorise_loop": "The form waits for you to authorise it.",
    "record_loop_result": "The re-audit is in. Please record whether the learning is embedded.",
}


def _not_safe(page: Page, view: LoopView) -> None:
    """Above everything else: the child is not safe now, whom they told, and whether anybody has taken it up."""
    page.begin_box("attention").spoken(Bold("The form says that the child is not safe now."))
    page.spoken(f"What {view.filled_by} answered then:", gap="Small")
    for step in view.form.steps:
        for field in step.fields if step.notice else ():
            if is_answered(value := view.answers.get(field.key)):
                page.spoken(f"{field.label} ", Bold(say_answer(field, value, view.context)), gap="Small")
    taken = f"{view.taken_up_by} has taken it up." if view.taken_up_by else "Nobody has taken it up yet."
    page.spoken(Bold(taken), gap="Small").end_box()


class _Deciding:
    """The questions a decision asks, each with what is wrong with the answer just given."""

    def __init__(
        self, page: Page, view: LoopView, framework: Framework, problem: Problem | None, asked: str, entered: str
    ) -> None:
        self._page, self._view, self._form = page, view, framework.form(DECISIONS)
        self._problem, self._asked, self._entered = problem, asked, entered

    def ask(self, step: str, key: str, *, only_if: str = "") -> None:
        """Put the question of a decision on the page; `only_if` says what it is for where other buttons stand too."""
        field = next(one for one in self._form.step(step).fields if one.key == key)
        if only_if:
            field = field.model_copy(update={"help": f"Only if {only_if}."})
        wrong = self._problem if key == self._asked else None
        Question(
            field,
            self._view.context,
            {},
            value=self._entered if wrong else None,
            problem=wrong,
            text_hint=self._form.text_hint,
        ).put_on(self._page)


def _endings(page: Page, view: LoopView, decision: _Deciding) -> None:
    """How the QA lead may end it without a result, each with a reason."""
    token, state = view.loop.token, view.loop.state
    if state in MAY_BE_UNTESTABLE:
        decision.ask("not_testable", "not_testable_because", only_if=f"you press {NOT_TESTABLE}")
        page.button(NOT_TESTABLE, "loop_not_testable", token)
    if state in MAY_STAND_DOWN:
        decision.ask("stand_down", "stand_down_because", only_if=f"you press {STAND_DOWN}")
        page.button(STAND_DOWN, "loop_stand_down", token)
    if state == "with_qa" and view.one_of_several and not view.loop.own_reaudit:
        page.small(f"{OWN_REAUDIT} asks nothing first.")
        page.button(OWN_REAUDIT, "loop_own_reaudit", token, keep_answers=False)


def _begin(view: LoopView, title: str, in_dialog: bool) -> Page:
    loop, today = view.loop, view.context.today
    steps = [step.key for step in visible_steps(view.form, view.answers)]
    number = len(steps) + 1 if view.reviewing else steps.index(view.step) + 1
    progress = f"Step {number} of {len(steps) + 1}"
    page = Page(
        f"{TITLE} {loop.reference}", summary=f"{TITLE} {loop.reference}, {progress.lower()}.", in_dialog=in_dialog
    )
    page.subheading(f"{progress}: {title}", gap="Small")
    due = say_date(loop.return_by, today)
    if number == 1:
        page.facts(
            [
                ("Learning space", view.item.reference),
                ("Case", view.item.case_ref),
                ("Practitioner", view.practitioner),
                meeting_fact(view.loop.meeting_at, today),
                ("Back to the QA team by", due),
            ]
        )
    else:
        page.spoken(f"{view.item.case_ref}, {view.practitioner}, due {due}", gap="Small", quiet=True)
    return page


def _sent_back(page: Page, view: LoopView) -> None:
    if view.loop.state == "returned_for_change" and view.loop.returned_because:
        page.begin_box("warning").para("It was sent back, with these words:")
        page.spoken(inert(view.loop.returned_because), gap="Small").end_box()


def _action(page: Page, view: LoopView, step: str) -> None:
    """The words of the action a page is about, as its auditor wrote them."""
    for action in view.actions:
        if page_key(action.reference) == step:
            page.spoken(Bold(f"{action.reference}: "), inert(action.what), gap="Small")
            is_or_was = "was" if action.due_on < view.context.today else "is"
            page.small(f"It {is_or_was} due {say_date(action.due_on, view.context.today)}.")


def _where_it_stands(view: LoopView) -> str:
    loop = view.loop
    return RESULTS.get(loop.result, STATES["closed"]) if loop.state == "closed" else STATES[loop.state]


def _then_and_now(page: Page, view: LoopView, framework: Framework) -> None:
    """The two learning spaces side by side; nowhere else do their judgements stand together."""
    both = view.then_and_now
    if both is None:
        return
    calendar, titles = Calendar.of(framework), {grade.key: grade.title for grade in framework.grades}
    page.subheading("Then and now", line=True)
    for item in (both.then, both.now):
        when = calendar.local_date(item.submitted_at) if item.submitted_at else item.allocated_on
        page.spoken(Bold(f"{item.reference}, {say_date(when, view.context.today)}"), gap="Small")
        page.facts(
            [
                ("Practice", titles.get(item.grade, item.grade)),
                ("Impact for the child", titles.get(item.impact, item.impact)),
            ]
        )
