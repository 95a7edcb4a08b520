"""What people answer: page by page on a card or in a window, line by line when they type, all at once by email."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from tests.e2e.desk_page import Form, Pane

RISK = "Is any child at immediate risk, or is there a safety matter not already being dealt with?"
REASONS = "The plan was followed and every visit was made."
PAGE = re.compile(r"Step \d+ of \d+: (?P<title>.+)")
ASKED = re.compile(r"Question (?P<number>\d+) of \d+: .+\n+(?P<rest>[\s\S]+)")
MOST_QUESTIONS = 45
SEEN = (
    "Child's voice and lived experience",
    "Assessment and understanding of risk",
    "Plan, review and progress",
    "Family and carers included",
    "Working with other agencies",
    "Supervision, oversight and decisions",
    "Recording and chronology",
)

Pages = dict[str, dict[str, str | list[str]]]


def pages(today: date, owner: str, *, grade: str = "Good", actions: int = 1) -> Pages:
    """An answer to every question that must have one, by the page's title and the question's words."""
    return {
        "The meeting": {
            "Date of the meeting": today.isoformat(),
            "Was it held in person?": "Yes",
            "Did the practitioner take part?": "Yes",
            "Did you hear from the child or the family?": "Yes, the child",
            RISK: "No",
        },
        "What you saw": dict.fromkeys(SEEN, grade),
        "Overall judgement": {
            "Overall practice grade": grade,
            "Overall impact and outcomes for the child": grade,
            "Why this overall grade": REASONS,
        },
        "Learning": {
            "Strengths": ["Planning"],
            "What worked well": "Direct work that changed the plan.",
            "Learning": ["Supervision"],
            "What could be even better": "Reflective supervision, more often.",
            "Is there learning for the whole service?": "No",
        },
        "Action": _actions(today, owner, actions),
    }


def _actions(today: date, owner: str, count: int) -> dict[str, str | list[str]]:
    return {
        "What will be done": "Arrange reflective supervision every month",
        "Who will do it": f"{owner} (you)",
        "By when": (today + timedelta(days=14)).isoformat(),
        "What kind of action": "Supervision",
        **({"Add another action?": "No"} if count == 1 else {}),
    }


def loop_pages(today: date) -> Pages:
    """A Senior Manager's answers on the closing-the-loop form, with the evidence of the one action there is."""
    return {
        "The meeting": {
            "Date of the meeting": today.isoformat(),
            "Who was there?": ["Practitioner", "Team Manager"],
            "Is the child safe now, as far as you can tell from the record and the meeting?": "Yes",
        },
        "Action": {
            "How far is it?": "Done",
            "Where is the evidence?": "Visit",
            "Date of the evidence": today.isoformat(),
        },
        "Learning and support": {
            "What did the practitioner and the team take from it?": "Visits are made and written down.",
        },
        "Confirm": {},
    }


def fill_loop(holder: Callable[[], Form], today: date) -> None:
    """Fill in the closing-the-loop form, confirm it, and stop where it can be read through."""
    answers = loop_pages(today)
    fill_in(holder, answers, until="Confirm")
    form = holder()
    form.place.get_by_role("checkbox", name="I confirm this, and it goes to the Head of Service").check()
    form.press("Review")


def fill_in(holder: Callable[[], Form], answers: Pages, *, until: str = "") -> None:
    """Answer page after page and press on, to the page that sends it in or to the page called `until`."""
    for _ in range(len(answers) + 3):
        form = holder()
        found = PAGE.search(form.text)
        if not found or found["title"] not in answers or found["title"] == until:
            return
        wanted = answers[found["title"]]
        shown = {label: value for label, value in wanted.items() if label in form.text}
        form.fill_all(shown)
        onward = form.place.get_by_role("button", name=re.compile("^(Next|Review)$"))
        onward.click()
        form.page.locator("[data-busy]").first.wait_for(state="detached")
    raise AssertionError(f"the form does not end:\n{holder().text}")


TYPED: list[tuple[str, str]] = [
    ("Date of the meeting", "today"),
    ("Was it held in person?", "yes"),
    ("Did the practitioner take part?", "1"),
    ("Who else was there?", "skip"),
    ("Did you hear from the child", "the child"),
    ("Is any child at immediate risk", "no"),
    ("Identity, diversity", "skip"),
    ("Overall practice grade", "good"),
    ("Overall impact", "2"),
    ("Why this overall grade", REASONS),
    ("Strengths", "1 and planning"),
    ("What worked well", "Direct work that changed the plan."),
    ("What could be even better", "Reflective supervision, more often."),
    ("The practitioner's own reflection", "skip"),
    ("Is there learning for the whole service?", "no"),
    ("What will be done", "Arrange reflective supervision every month"),
    ("Who will do it", "1"),
    ("By when", "in two weeks"),
    ("What kind of action", "supervision"),
    ("Add another action?", "no"),
    ("Learning", "supervision"),
]
"""Words of a question, and what is typed for it; everything else is a grade and is 'good'."""


def type_answers(person: Pane, *, until: str = "") -> None:
    """Answer one question after another by typing, to the end or until one is asked that says `until`."""
    for _ in range(MOST_QUESTIONS):
        found = ASKED.search(person.newest().text)
        if not found or (until and until in found["rest"]):
            return
        said = next((words for asked, words in TYPED if asked in found["rest"].partition("\n1. ")[0]), "good")
        before = person.messages.count()
        person.say(said)
        person.messages.nth(before + 1).wait_for()
    raise AssertionError(f"the questions do not end:\n{person.newest().text}")


def by_email(today: date, *, after: int = 0) -> str:
    """The whole form as a reply: number and answer, one to a line; only the questions after number `after`."""
    answers = {
        1: f"{today:%-d %B %Y}",
        2: "yes",
        3: "yes",
        5: "1",
        6: "no",
        **dict.fromkeys(range(7, 14), "good"),
        15: "good",
        16: "2",
        17: REASONS,
        18: "planning",
        19: "Direct work that changed the plan.",
        20: "supervision",
        21: "Reflective supervision, more often.",
        24: "Arrange reflective supervision every month",
        25: "I will",
        26: f"{today + timedelta(days=14):%-d %B %Y}",
        27: "4",
    }
    lines = [f"{number}. {answer}" for number, answer in answers.items() if number > after]
    return "Hello,\n\n" + "\n".join(lines) + "\n\nKind regards"
