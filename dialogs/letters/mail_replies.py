"""What we answer to an email: what we understood, question by question, what is missing, and how to say YES.

A read-back repeats the answers of whoever wrote them and nothing else: no case, no practitioner, no child. After the
YES nothing is repeated at all (design 10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from dialogs.kit.inert import one_line
from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.kit.problems import say_warnings
from dialogs.kit.questions import Question, say_answer
from dialogs.kit.speaking import say_count, say_date, say_list, sentence
from dialogs.understand.reply_answers import Unclear
from dialogs.understand.spoken_problems import say_heard
from policy.forms.form_questions import Asked, questions
from policy.forms.forms import FormContext, Problem, is_answered, is_required
from policy.framework.framework import Form, FormField

if TYPE_CHECKING:
    from assurance.forms.answer_by_mail import AnswersTaken
    from assurance.forms.form_view import FormView

YES_SENDS = "Reply with YES alone to send it in. Nothing is sent in before that."
TO_CHANGE = "To change an answer, write its number and the new answer."
LONGEST_ECHO = 160
"""Characters of somebody's own words we repeat to ask what they mean."""


# -- the form ---------------------------------------------------------------------------------------------------------


def form_questions_message(view: FormView) -> Message:
    """The whole form as text, numbered, with the answers so far: for its author, who asked for it."""
    page = page_about(view.item.reference, "The questions of {}")
    page.para("Write the number and your answer, one to a line. You can send some now and the rest later.")
    _hint(page, view.form)
    _list(page, view)
    page.para(_next_line(view))
    return page.message()


def form_read_back_message(
    taken: AnswersTaken,
    *,
    unread: Mapping[str, tuple[str, Problem]],
    unclear: Sequence[Unclear] = (),
    leftovers: Sequence[str] = (),
    echo: bool = True,
    not_sent: bool = False,
) -> Message:
    """What was understood of one email. `unread` are answers whose words could not be read, with those words.

    With `echo` False nothing that was typed is repeated: something in it looked like a person's details. `not_sent`
    answers a YES that came too early, or after the answers had changed.
    """
    view = taken.view
    page = page_about(view.item.reference, "Not sent in yet: {}" if not_sent else "This is what I understood: {}")
    if not_sent and not view.missing:
        page.para("The answers have changed since my last letter. Please read them once more.")
    if view.red_route:
        page.para("You said that a child is at immediate risk. Their managers and the QA lead are being told now.")
        page.para("Please call the Senior Manager or the Head of Service as well. Do not wait for an email.")
    _not_kept(page, view, taken, unread)
    _asked_about(page, view.form, unclear, leftovers, echo=echo)
    _list(page, view, brief=True)
    for line in _warned(view.form, view.answers, taken.warnings or {}, echo=echo):
        page.para(line)
    page.para(_next_line(view))
    return page.message()


LOOP_BEGINS = "With your YES closing the loop begins: the managers above and the QA team are told of it. "


def page_about(reference: str, heading: str) -> Page:
    """A page headed by a sentence with the reference in it."""
    line = heading.format(reference)
    return Page(line, summary=f"{line}.")


def _hint(page: Page, form: Form) -> None:
    if form.text_hint:
        page.para(form.text_hint)


def _list(page: Page, view: FormView, *, brief: bool = False) -> None:
    """The questions in their order; with `brief` those that may be left out are named by number only."""
    numbered = list(enumerate((one.field for one in questions(view.form, view.answers)), 1))
    left = [
        number
        for number, field in numbered
        if brief and not is_answered(view.answers.get(field.key)) and not is_required(field, view.answers)
    ]
    shown = [(number, field) for number, field in numbered if number not in left]
    page.lines(_lines(shown, view.context, view.answers))
    if not left:
        return
    which = "Question" if len(left) == 1 else "Questions"
    verb = "has" if len(left) == 1 else "have"
    page.para(
        f"{which} {say_list([str(one) for one in left])} {verb} no answer and may be left out."
        f" To see every question, reply with the words: open {view.item.reference}"
    )


def _lines(
    numbered: Sequence[tuple[int, FormField]],
    context: FormContext,
    answers: Mapping[str, Any],
    problems: Mapping[str, Problem] | None = None,
) -> list[str]:
    """A line for each question: its answer, or what may be answered. The same choices twice running are said once."""
    lines, before = [], ""
    for number, field in numbered:
        value = answers.get(field.key)
        asks = _asks(field)
        if is_answered(value) and field.key not in (problems or {}):
            lines.append(f"{number}. {asks} {one_line(say_answer(field, value, context))}")
            continue
        offered = [title for _, title in Question(field, context, answers).choices if title]
        listed = "; ".join(f"{n} {title}" for n, title in enumerate(offered, 1))
        wanted = "please answer" if is_required(field, answers) else "if you like"
        if listed and listed == before:
            lines.append(f"{number}. {asks} ({wanted}: 1 to {len(offered)}, as above)")
        else:
            lines.append(f"{number}. {asks} ({wanted}{': ' if listed else ''}{listed})")
        before = listed
    return lines


def _next_line(view: FormView) -> str:
    missing = sum(len(problems) for problems in view.missing.values())
    if not missing:
        given = view.answers.get(view.form.grade_field)
        begins = any(grade.key == given and grade.triggers_loop for grade in view.context.grades)
        return f"Everything is answered. {LOOP_BEGINS if begins else ''}{YES_SENDS} {TO_CHANGE}"
    verb = "is" if missing == 1 else "are"
    return (
        f"{sentence(say_count(missing, 'answer'))} {verb} still wanted. Write the number and your answer, one to a"
        f" line. What you have sent is saved. {TO_CHANGE}"
    )


def _not_kept(page: Page, view: FormView, taken: AnswersTaken, unread: Mapping[str, tuple[str, Problem]]) -> None:
    numbers = {one.field.key: number for number, one in enumerate(questions(view.form, view.answers), 1)}
    lines = []
    for key, problem in (taken.problems or {}).items():
        lines.append(_problem_line(_field(view.form, key), numbers.get(key), problem, "", view.context))
    for key, (said, problem) in unread.items():
        lines.append(_problem_line(_field(view.form, key), numbers.get(key), problem, said, view.context))
    lines += [
        f"{_asks(_field(view.form, key))} This is not asked, because of another answer." for key in taken.not_asked
    ]
    if lines:
        page.para("I could not keep this yet:")
        page.lines([f"\u2022 {line}" for line in lines])


def _problem_line(field: FormField, number: int | None, problem: Problem, said: str, context: FormContext) -> str:
    """Which answer was not taken, and what would be. `said` is measured only."""
    which = _asks(field)
    if number:
        which = f"Question {number}, {which}"
    if problem.code.startswith("identifier:"):
        return f"{which} It held what looks like a person's details, so nothing of it was kept. Please leave them out."
    return f"{which} {say_heard(problem, field, said, context, by_email=True)}"


def _asked_about(page: Page, form: Form, unclear: Sequence[Unclear], leftovers: Sequence[str], *, echo: bool) -> None:
    for one in unclear:
        between = [_title(form, key) for key in one.between]
        asked = f" It may be about {say_list(between, last='or')}." if between else ""
        words = f' "{_short(one.text)}"' if echo else ""
        page.para(f"I was not sure about{words or ' one line'}.{asked} {WHY[one.why]}".replace("  ", " "))
    if leftovers:
        count = say_count(len(leftovers), "line")
        single = len(leftovers) == 1
        page.para(
            f"I did not know which question {count} of your message {'belongs' if single else 'belong'} to,"
            f" so {'it is' if single else 'they are'} not kept."
            if echo
            else "Some of your message belongs to no question I know, so it is not kept."
        )
        if echo:
            page.lines([f"\u2022 {_short(line)}" for line in leftovers[:5]])


WHY = {
    "which_question": "Please write the number of the question in front.",
    "no_such_number": "There is no question with that number.",
    "said_twice": "It was answered twice. Please write the one that counts.",
    "which_grade": "Please write one grade.",
    "which_day": "Please write the day and the month, such as 13 March.",
    "conditions": "A condition cannot be kept with an answer. Please write yes or no, and talk about the rest.",
}


def _warned(
    form: Form, answers: Mapping[str, Any], warnings: Mapping[str, tuple[Problem, ...]], *, echo: bool
) -> Iterable[str]:
    for key, found in warnings.items():
        if echo:
            for said, words in say_warnings(found, str(answers.get(key) or "")):
                yield f"{_asks(_field(form, key))} {said} {words}".rstrip()


def _field(form: Form, key: str) -> FormField:
    return next(field for step in form.steps for field in step.fields if field.key == key)


def _asks(field: FormField) -> str:
    """Its label, ready to be followed by something: 'Was it held in person?', 'Date of the meeting:'."""
    return field.label if field.label.endswith(("?", ":")) else f"{field.label}:"


def _title(form: Form, key: str) -> str:
    found = [field.label for step in form.steps for field in step.fields if field.key == key]
    return f'"{found[0]}"' if found else key.replace("_", " ")


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST_ECHO else f"{line[:LONGEST_ECHO].rstrip()}..."


# -- a small form: more time, an action -------------------------------------------------------------------------------


def small_form_message(
    heading: str,
    reference: str,
    asked: Sequence[Asked],
    answers: Mapping[str, Any],
    problems: Mapping[str, Problem],
    context: FormContext,
    *,
    does: str,
    unread: Mapping[str, tuple[str, Problem]] | None = None,
    note: str = "",
) -> Message:
    """A request or an update as it would be sent; `does` says what the YES does ('ask for more time').

    `unread` are answers whose words could not be read, with those words: what was answered before them stays. `note`
    is what its writer should know before they say YES.
    """
    page = page_about(reference, heading)
    wrong = []
    for number, one in enumerate(asked, 1):
        key = one.field.key
        if unread and key in unread:
            said, problem = unread[key]
            wrong.append(_problem_line(one.field, number, problem, said, context))
        elif _refused(problems, key):
            said = str(answers.get(key) or "")
            wrong.append(_problem_line(one.field, number, problems[key], said, context))
    if wrong:
        page.para("I could not keep this yet:")
        page.lines([f"\u2022 {line}" for line in wrong])
    page.lines(_lines(list(enumerate((one.field for one in asked), 1)), context, answers, problems))
    page.para(note)
    if problems:
        page.para("Write the number and your answer, one to a line. Nothing has been sent.")
    else:
        page.para(f"Reply with YES alone to {does}. {TO_CHANGE}")
    return page.message()


def _refused(problems: Mapping[str, Problem], key: str) -> bool:
    """Whether an answer was given and refused, and not merely left out."""
    return key in problems and problems[key].code != "required"


NO_REASON_PASSED_ON = "I pass on the decision only. For the reason, please speak to them."


def decision_read_back_message(
    reference: str, facts: Sequence[tuple[str, str]], *, agree: bool, note: str = ""
) -> Message:
    """A decision before it is made; `note` is what whoever decides should know of it."""
    what = "You agree" if agree else "You decline"
    page = page_about(reference, f"{what}: {{}}")
    page.facts(facts)
    page.para(note)
    page.para(f"Reply with YES alone to {'agree' if agree else 'decline'}. Nothing is decided before that.")
    return page.message()


def decline_why_message(reference: str, *, details: bool = False) -> Message:
    """Declined without a word about why, or with words that cannot be kept."""
    page = page_about(reference, "Please say why: {}")
    if details:
        page.para("What you wrote holds what looks like a person's details, so nothing of it was kept.")
    page.para(
        "Nothing has been decided yet. Reply with the word decline and your reason, in up to 200 letters, such as:"
    )
    page.para("decline, because the quarter ends before the new date")
    return page.para("Who asked can open your reason. Use roles, not names.").message()


def spoken_read_back_message(reference: str) -> Message:
    """That somebody has spoken to whoever said that a child is at immediate risk, before it is noted."""
    page = page_about(reference, "You have spoken to them: {}")
    page.para("Reply with YES alone, and it is noted. Until then the others who were told are told again.")
    return page.message()


def reflection_question_message(reference: str, field: FormField) -> Message:
    """The one question a practitioner is asked."""
    page = page_about(reference, "Your own words for {}")
    page.para(field.label)
    page.para("Write your answer in a reply to this email. I read it back to you; only your YES adds it.")
    return page.message()


def reflection_read_back_message(reference: str, text: str) -> Message:
    """The practitioner's own words, before they are kept."""
    page = page_about(reference, "Your own words for {}")
    page.para(one_line(text))
    page.para("Reply with YES alone to add them. Until the grade is final you can write them anew.")
    return page.message()


def say_day(on: date, today: date) -> str:
    """A day as read-backs say it."""
    return say_date(on, today)
