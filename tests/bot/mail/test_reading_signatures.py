"""What is cut off the end of an answer, and, more important, what never is."""

from __future__ import annotations

import pytest

from bot.mail.reading.furniture import is_banner, is_disclaimer, is_marking, is_sent_from
from bot.mail.reading.lines import Line
from bot.mail.reading.signatures import Ended, without_signature

ANSWERS = (
    "The mother said the meetings were confidential and she valued that.",
    "Information was shared with the school in confidence.",
    "Messages received from the family are recorded on the file.",
    "Emails received from the school are recorded in the chronology.",
    "Views expressed by the child should reach the core group.",
    "Father accepts no responsibility for the delay.",
    "The family was given the privacy notice at the first visit.",
    "The plan is intended for the whole network and names who does what.",
    "Supervision was confidential, reflective and regular.",
    "If you have not received the plan by Friday, chase the IRO.",
    "Contact stopped because of a virus in the household.",
    "Unauthorised use of the car by the older sibling was not followed up.",
    "Best practice was seen in direct work.",
    "Thanks to the worker, the grandmother now attends.",
    "Regards the chronology: it stops in June.",
    "Many thanks are owed to the school nurse.",
    "Team Manager oversight is recorded monthly.",
    "Team Manager",
    "The Head of Service should see this one.",
    "Practice Development Manager to run a learning circle by March",
    "Caution: the risk assessment is out of date.",
    "External agencies were invited late.",
    "Official minutes were missing.",
    "Sent from the conference straight to review, without a visit.",
    "Warning signs were seen early and acted on.",
    "The email from the school was not answered.",
    "Please consider a family group conference.",
    "Direct work",
    "Voice",
    "Good",
    "3. Team Manager",
    "Owner: Team Manager, Family Safeguarding",
    "Evidence: supervision note",
    "Planning: drift since June",
    "Call the duty line before visiting",
    "Visits on 2026-03-03 and 2026-03-10",
    "Office hours visits only, which the family asked for",
    "Out of hours visits were made twice.",
    "Emergency duty team was called and came.",
    "Working together was hard after the move",
    "Mum works part time, so visits moved to Fridays",
)


def _end(text: str, name: str = "Priya Nair", address: str = "priya.nair@northmoor.example") -> tuple[str, bool]:
    ended: Ended = without_signature([Line(line) for line in text.split("\n")], name, address)
    return "\n".join(line.text for line in ended.lines), ended.unsure


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("before", ["", "GOOD\n\n", "Strengths: voice\n"])
def test_an_answer_at_the_end_is_kept(answer: str, before: str) -> None:
    assert _end(before + answer)[0] == before + answer


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_above_a_signature_is_kept_and_the_signature_is_not(answer: str) -> None:
    signature = (
        "Kind regards\n\nPriya Nair\nTeam Manager, Family Safeguarding East\nNorthmoor County Council\n01632 960123"
    )
    assert _end(f"GOOD\n\n{answer}\n\n{signature}") == (f"GOOD\n\n{answer}", False)


# A name or a title alone below a signature can only be part of it.
@pytest.mark.parametrize("answer", [one for one in ANSWERS if one not in ("Direct work", "Voice", "Team Manager")])
def test_an_answer_below_a_signature_is_kept(answer: str) -> None:
    text = f"Kind regards\nPriya Nair\nTeam Manager\n01632 960123\n\n{answer}"
    kept, unsure = _end(f"1. Good\n\n{text}")
    assert kept.endswith(answer)
    assert kept.startswith("1. Good")
    assert unsure or "Priya" not in kept


SIGNATURES = [
    "Priya",
    "Priya Nair",
    "P Nair",
    "Thanks, Priya",
    "Thanks\nPriya",
    "Many thanks,\n\nPriya x",
    "Kind regards",
    "KR\nP",
    "Best wishes Priya Nair",
    "--\nPriya Nair\nTeam Manager",
    "Priya Nair | Team Manager | Family Safeguarding East\nTel: 01632 960123 ext 4521",
    "Cheers\nPriya\n\nSent from my iPhone",
    "Sent from Outlook for Android",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Sent from my Galaxy, please excuse typos",
    "OFFICIAL-SENSITIVE",
    "[OFFICIAL-SENSITIVE: PERSONAL]",
    "Please consider the environment before printing this email.",
    "Diolch\nPriya",
    "Kind regards\nPriya Nair\nTeam Manager\nNorthmoor: a good place to grow up\nwww.northmoor.example",
    """\
Regards,
Priya Nair (she/her)
Independent Reviewing Officer
Quality and Safeguarding Unit
Duty: 01632 960000""",
    """\
This email and any files transmitted with it are confidential and intended solely for the use of the individual to \
whom they are addressed.""",
    """\
***********
DISCLAIMER: The council may monitor email.
If you have received this message in error please delete it.
***********""",
    """\
Yours sincerely

Priya Nair DipSW
Head of Service – Children’s Services
County Hall, Northmoor NM1 4QT
[cid:image001.png@01DC.5566]
My working days are Tuesday to Friday""",
]


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("answer", ["YES", "GOOD", "3. The plan needs dates.", "Strengths: voice\nLearning: planning"])
def test_a_signature_goes_and_the_answer_stays(answer: str, signature: str) -> None:
    assert _end(f"{answer}\n\n{signature}") == (answer, False)


def test_somebody_called_good_still_grades() -> None:
    assert _end("Good\n\nThanks\nGrace Good", "Grace Good", "grace.good@northmoor.example")[0] == "Good"
    assert _end("GOOD", "Grace Good", "grace.good@northmoor.example")[0] == "GOOD"


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("Better lives, brighter futures", True),
        ("Proud to make a difference", True),
        ("Northmoor, a great place to grow up", True),
        ("Please change question 3", False),
        ("The family is stronger, but contact stopped", False),
        ("They are better together", False),
        ("Direct sessions with the children", False),
    ],
)
def test_a_slogan_below_a_full_signature_goes_and_anything_that_may_answer_stays(line: str, cut: bool) -> None:
    kept, unsure = _end(f"YES\n\nKind regards\nPriya Nair\nTeam Manager\n01632 960123\n\n{line}")
    assert (kept == "YES", unsure) == (cut, not cut)
    assert cut or kept.endswith(line)
    assert _end(f"YES\n\n{line}")[0].endswith(line)


def test_thanks_alone_is_not_taken_for_a_signature_of_nothing() -> None:
    assert _end("Thanks\nPriya")[0] == "Thanks"
    assert _end("Kind regards\nPriya")[0] == ""


def test_words_in_the_box_for_the_signature_are_kept_when_they_are_not_one() -> None:
    lines = [Line("Plan is clear and timely.", mark="signature"), Line("Nothing else to add here.", mark="signature")]
    assert [line.text for line in without_signature(lines, "Priya Nair").lines] == [line.text for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        "CAUTION: This email originated from outside of the organisation. Do not click links.",
        "[EXTERNAL]",
        "EXTERNAL EMAIL",
        "This message is from an EXTERNAL sender",
        "This Message Is From an External Sender",
        "***External Email***",
        "External email: do not open attachments unless you were expecting them.",
        "You don't often get email from priya.nair@northmoor.example. Learn why this is important",
        "Warning: this email has come from outside the council.",
    ],
)
def test_a_warning_about_outside_mail_is_known(text: str) -> None:
    assert is_banner(text)


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_answer_is_mistaken_for_what_servers_write(answer: str) -> None:
    assert not (is_banner(answer) or is_marking(answer) or is_disclaimer(answer) or is_sent_from(answer))
