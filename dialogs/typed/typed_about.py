"""What differs between the forms that are answered by typing: what each is about, its date, and how it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assurance.forms.form_view import FormView
from assurance.loop.loop_view import LoopView
from assurance.moderation.moderation_view import ModerationView
from dialogs.forms.form_card import soft_check_notes
from dialogs.forms.what_follows import what_follows
from dialogs.kit.cards import Bold
from dialogs.kit.inert import inert
from dialogs.kit.page import Page
from dialogs.kit.speaking import say_date, say_late_on
from dialogs.learning_space.learning_space import due_words
from dialogs.moderation.moderation_parts import BOOKING_FORM, OWN_FORM, STALE, TALK_FORM, what_it_is, what_was_written
from policy.follow_up.loop_form import page_key

if TYPE_CHECKING:
    from assurance.typed.typed_view import TypedPage


@dataclass(frozen=True, slots=True)
class Ways:
    """The verbs of one kind of form, and what is said before it is sent."""

    opens: str
    sends: str
    read_it: str = "Please read it through once. Nothing is sent in until you type send."
    form: str = ""
    """What the button carries where a thing has several forms."""


_READ_MODERATION = {
    OWN_FORM: "Please read it through once. It counts once you type send. Then both views are shown.",
    BOOKING_FORM: "Please look at it once. The manager hears of the day once you type send.",
    TALK_FORM: "Please read it through once. It counts once you type send.",
}


def ways_of(page: TypedPage) -> Ways:
    """How the form of a page is opened as a card, and sent."""
    match page.view:
        case LoopView():
            return Ways("loop", "loop_send")
        case ModerationView():
            opens = "moderation_talk" if page.form.key == TALK_FORM else "moderate"
            return Ways(opens, "moderation_send", _READ_MODERATION[page.form.key], page.form.key)
        case _:
            return Ways("open", "submit")


def put_header(out: Page, page: TypedPage) -> None:
    """What the form is about, where it begins."""
    match page.view:
        case ModerationView():
            if page.view.moderation.stale:
                out.begin_box("warning").para(STALE).end_box()
            what_it_is(out, page.view)
            put_due(out, page)
        case LoopView():
            _case(out, page, page.view)
            if page.view.loop.returned_because:
                out.begin_box("warning").para("It was sent back, with these words:")
                out.spoken(inert(page.view.loop.returned_because), gap="Small").end_box()
        case _:
            _case(out, page, page.view)


def put_beside(out: Page, page: TypedPage, step: str) -> None:
    """What is to be looked at beside the first question of a page: an action's words, or what the manager wrote."""
    match page.view:
        case LoopView():
            for action in page.view.actions:
                if page_key(action.reference) == step:
                    out.spoken(Bold(f"{action.reference}: "), inert(action.what), gap="Small")
        case ModerationView():
            what_was_written(out, page.view, step)


def put_before_review(out: Page, page: TypedPage) -> None:
    """What its author looks at once more, above the answers."""
    if isinstance(page.view, FormView):
        soft_check_notes(out, page.view)


def put_after_review(out: Page, page: TypedPage) -> None:
    """What goes with the answers and is not theirs."""
    if isinstance(page.view, FormView) and page.view.reflection:
        out.begin_box("emphasis").spoken(Bold("The practitioner's own words"))
        out.spoken(inert(page.view.reflection), gap="Small").end_box()
    if isinstance(page.view, FormView) and not page.missing:
        out.para(what_follows(page.answers.get(page.form.grade_field), page.framework))


def due_said(page: TypedPage) -> str:
    """The date, and how late it was on the day; empty for what has none."""
    if isinstance(page.view, FormView):
        return due_words(page.view.item, page.context.today)
    if page.due_on is None:
        return ""
    today = page.context.today
    late = (today - page.due_on).days
    return say_date(page.due_on, today) + (f" ({say_late_on(late, today)})" if late > 0 else "")


def put_due(out: Page, page: TypedPage) -> None:
    """The date on a line of its own, where there is one."""
    if not page.due_on:
        return
    if not isinstance(page.view, ModerationView):
        out.facts([("Due", due_said(page))])
        return
    booked = page.view.moderation.booked_on is not None
    out.facts([("Talk" if booked else "Book the talk by", say_date(page.due_on, page.context.today))])


def _case(out: Page, page: TypedPage, view: FormView | LoopView) -> None:
    out.facts([("Case", view.item.case_ref), ("Practitioner", view.practitioner), ("Due", due_said(page))])
