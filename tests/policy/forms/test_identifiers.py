"""The identifier guard against ordinary practice prose and against what must never be typed (domain.md 3.0)."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.kit.problems import say_problem
from policy.check.loader import load_framework
from policy.forms.form_values import FormContext, check_value
from policy.forms.identifiers import is_nhs_number, scan
from policy.framework.framework import FormField
from policy.framework.rules_identifiers import IdentifierRules

RULES = load_framework().identifiers
TODAY = date(2026, 12, 14)

# What auditors really write. None of it may be stopped or even shown back.
ORDINARY = [
    "The social worker saw the young person alone at every visit.",
    "Team Manager oversight was regular and reasons for decisions were recorded.",
    "Family Safeguarding and the Core Group met every four weeks.",
    "Head of Service agreed the plan. The Senior Manager chaired the Legal Gateway Meeting.",
    "Children in our Care were asked what they wanted from their Pathway Plan.",
    "Strategy Meeting held within 24 hours; the Section 47 enquiry followed the next day.",
    "The Independent Reviewing Officer raised drift in the Child Protection Plan.",
    "Good use of Signs of Safety mapping and the Three Houses tool.",
    "Direct Work with the child shaped the Safety Plan.",
    "Early Help and Health Visitor information reached the assessment.",
    "Supervision was held on 12/11/2026 and again on 3 December 2026.",
    "Reviewed on 01.12.2026 at 14.30 and again in January 2027.",
    "Between April and September there were 12 visits, 9 of them unannounced.",
    "Allocations LS-2026Q3-014 and LS-2026Q3-015 were looked at together.",
    "The chronology covers 2019 to 2026 and has 143 entries.",
    "S47 2pm start; S20 ended in week 12 of the plan.",
    "E1 2nd review was late, E2 3rd review was on time.",
    "Step 4 of 10 was not finished; 3 of 4 actions are done.",
    "Graded good because impact is clear, not because recording is tidy.",
    "Mum and Dad were both spoken to, and the Maternal Grandmother took part.",
    "Working Together guidance was followed and thresholds were clear.",
    "What Works for Children's Social Care research was used well.",
    "On Monday the MASH Team shared the referral; on Tuesday Police replied.",
    "Father was not included in the Child and Family Assessment.",
    "Practice Development Manager will hold a Learning Circle in the Spring.",
    "Excellent Life Story Work. Sensitive Direct Work. Thoughtful Supervision.",
    "Outcome: Public Law Outline ended and the child stayed at home.",
    "The Virtual School and the Designated Teacher agreed the Personal Education Plan.",
    "Education, Health and Care Plan reviewed; Special Educational Needs met.",
    "Risk went down from 8 to 3 on the scaling question over 6 months.",
    "Attendance rose from 54 per cent to 92 per cent in 2 terms.",
    "Cost of the placement was 4000 a week; 3 options were considered.",
    "Recording Exploitation Risk on one page helped the Multi-Agency Panel.",
    "Contextual Safeguarding advice was asked for at 9am and given by 5pm.",
    "Return Interview offered within 72 hours, as the Missing Protocol says.",
    "Children with Disabilities Team Manager told the Leaving Care Personal Adviser.",
    "The plan is SMART: who, what, by when.\nSupervision is monthly.\nReviews are timely.",
    "Cultural Identity and faith were asked about and understood.",
    "Domestic Abuse was named plainly and the Non-Molestation Order was recorded.",
    "Ofsted's four words are used. Requires Improvement is not a failure.",
    "Baby was born early and Midwife and Health Visitor worked together.",
    "Northmoor Children's Services uses a Restorative approach.",
    "Child's voice: wishes and feelings are in every record since 02/2026.",
    "The 2026-27 plan and the 2025/26 review say the same.",
    "A1 and B2 are the two forms; M25 closed so the visit was late.",
    "Agreed to follow up within 10 working days, by 18 December 2026.",
]

# What must be stopped, with the kind that stops it.
STOPPED = [
    ("NHS number 943 476 5919 is on file.", "nhs_number"),
    ("Number 9434765919 was used.", "nhs_number"),
    ("See 943-476-5919 for the record.", "nhs_number"),
    ("NHS: 943 476 5918 (one digit wrong)", "nhs_number"),
    ("her nhs no 1234567890", "nhs_number"),
    ("He moved to PR1 8XJ in May.", "postcode"),
    ("lives near la14 4xl with nan", "postcode"),
    ("address ends BB11AA.", "postcode"),
    ("M1 1AE is the new address", "postcode"),
    ("SW1A 2AA", "postcode"),
    ("ec1a1bb was typed without a space", "postcode"),
    ("placed at FY4  2RP since then", "postcode"),
    ("Email mum at jane.smith@example.com please.", "email"),
    ("contact j_smith+home@mail.example.co.uk", "email"),
    ("The worker wrote to o'neill@school.sch.uk", "email"),
    ("Phone dad on 07700 900123.", "phone"),
    ("Ring 01632 960123 after school", "phone"),
    ("call +44 7700 900 123", "phone"),
    ("call +44 (0)1632 960123 or leave word", "phone"),
    ("his number is 07700-900-123", "phone"),
    ("(01632) 960123 is the school", "phone"),
    ("mobile 7700 900123", "phone"),
    ("0044 1632 960123", "phone"),
    ("UPN A801200001001 is on the plan", "upn"),
    ("attendance of a801200001001", "upn"),
    ("pupil number: A 8012 0000 1001", "upn"),
    ("NI number QQ 12 34 56 C", "ni_number"),
    ("jg121316a is dad's", "ni_number"),
    ("national insurance JG121316", "ni_number"),
    ("Case NM-104233 was looked at.", "case_reference"),
    ("see nm 104233 for more", "case_reference"),
]

# What is shown back for the writer to decide.
SHOWN_BACK = [
    ("DOB 14/03/2015 on the front sheet", "dob_word"),
    ("D.O.B. is wrong on the system", "dob_word"),
    ("date of birth not recorded", "dob_word"),
    ("She was born on 3rd May", "dob_word"),
    ("14/03/2015 is on the front sheet", "date_of_birth"),
    ("14.03.15 was the day", "date_of_birth"),
    ("on 3 May 2012 everything changed", "date_of_birth"),
    ("born 2012-05-03", "date_of_birth"),
    ("since 3rd of September 2011", "date_of_birth"),
    ("Sarah Jones was seen alone", "two_capitalised_words"),
    ("The worker met Jayden Smith at home", "two_capitalised_words"),
    ("Mr Patel asked for help", "two_capitalised_words"),
    ("Mrs. Okafor rang", "two_capitalised_words"),
    ("talked with Siobhán O'Brien", "two_capitalised_words"),
    ("with Will Turner in the room", "two_capitalised_words"),
    ("the foster carer, Anne-Marie McDonald, agreed", "two_capitalised_words"),
    ("Yesterday Jane Smith called", "two_capitalised_words"),
    ("he is at Saint Bartholomew primary", "two_capitalised_words"),
    ("Jane SMITH was seen alone", "surname_in_capitals"),
    ("SMITH, Jane was seen alone", "surname_in_capitals"),
    ("talked with Mr OKAFOR again", "surname_in_capitals"),
    ("his page is https://example.com/jayden", "web_address"),
    ("posts on example.com/jade every day", "web_address"),
    ("known as @jayden_07", "handle"),
    ("her snapchat is jade_x", "handle"),
]


def kinds(text: str, on: date | None = TODAY) -> set[str]:
    return {finding.kind for finding in scan(text, RULES, on)}


@pytest.mark.parametrize("sentence", ORDINARY)
def test_ordinary_practice_prose_is_left_alone(sentence: str) -> None:
    assert [(one.kind, sentence[one.start : one.end]) for one in scan(sentence, RULES, TODAY)] == []


@pytest.mark.parametrize(("sentence", "kind"), STOPPED)
def test_numbers_postcodes_and_addresses_are_stopped(sentence: str, kind: str) -> None:
    findings = scan(sentence, RULES, TODAY)
    assert [finding.kind for finding in findings if finding.blocks] == [kind]


@pytest.mark.parametrize(("sentence", "kind"), SHOWN_BACK)
def test_dates_of_birth_and_likely_names_are_shown_back_but_never_stopped(sentence: str, kind: str) -> None:
    findings = scan(sentence, RULES, TODAY)
    assert kind in {finding.kind for finding in findings}
    assert not any(finding.blocks for finding in findings)


def test_every_kind_in_a_text_is_named_and_every_place_marked() -> None:
    framework = load_framework()
    field = FormField(key="why", label="Why", kind="text", required=True, max_length=600)
    context = FormContext.of(framework, allocated_on=TODAY, today=TODAY)
    text = "Ring 07700 900123 or PR1 8XJ, NHS 943 476 5919; ask Sarah Jones."
    checked = check_value(field, text, context, framework)
    assert checked.problem
    assert set(checked.problem.code.removeprefix("identifier:").split("+")) == {"nhs_number", "postcode", "phone"}
    assert {text[start:end] for start, end in checked.problem.spans} == {"07700 900123", "PR1 8XJ", "943 476 5919"}
    said = say_problem(checked.problem, field, text, TODAY)
    assert said.startswith(
        "This holds what looks like a phone number, a postcode and an NHS number. Please take them out"
    )
    assert [warning.code for warning in checked.warnings] == ["identifier:two_capitalised_words"]


def test_a_text_in_capitals_throughout_is_not_taken_for_surnames() -> None:
    assert kinds("CHILD SEEN ALONE BY WORKER AND VIEWS RECORDED") == set()


def test_a_finding_marks_exactly_what_was_found() -> None:
    text = "He moved to PR1 8XJ in May."
    (finding,) = scan(text, RULES, TODAY)
    assert text[finding.start : finding.end] == "PR1 8XJ"


def test_a_recent_date_is_a_date_of_practice_and_an_old_one_may_be_a_birthday() -> None:
    assert kinds("seen on 15/12/2024") == set()
    assert kinds("seen on 14/12/2024") == {"date_of_birth"}


def test_without_the_day_of_writing_every_full_date_is_shown_back() -> None:
    assert kinds("seen on 15/12/2026", on=None) == {"date_of_birth"}


def test_a_recent_date_called_a_date_of_birth_is_one() -> None:
    assert "date_of_birth" in kinds("date of birth 02/11/2026")


def test_a_day_that_does_not_exist_is_no_date_of_birth() -> None:
    assert kinds("version 31/02/2011 of the form") == set()


def test_a_council_that_lists_fewer_kinds_is_told_of_fewer() -> None:
    rules = IdentifierRules(block=("postcode",), warn=())
    assert [finding.kind for finding in scan("PR1 8XJ, 07700 900123, Jane Smith", rules, TODAY)] == ["postcode"]


def test_local_words_a_council_names_are_ordinary() -> None:
    assert kinds("with Riverbank Otters today") == {"two_capitalised_words"}
    rules = RULES.model_copy(update={"ordinary_words": ("Riverbank", "Otters")})
    assert scan("with Riverbank Otters today", rules, TODAY) == ()


def test_two_findings_never_overlap_and_the_stopping_one_wins() -> None:
    findings = scan("call 0943 476 5919 or write to Jane.Smith@example.com", RULES, TODAY)
    assert all(one.end <= other.start for one, other in pairwise(findings))
    assert {finding.blocks for finding in findings} == {True}


@given(st.integers(min_value=0, max_value=999_999_999), st.sampled_from(["", " ", "-"]))
def test_every_number_with_a_valid_check_digit_is_stopped_however_it_is_spaced(number: int, gap: str) -> None:
    nine = f"{number:09}"
    valid = [nine + str(digit) for digit in range(10) if is_nhs_number(nine + str(digit))]
    assert len(valid) <= 1
    for digits in valid:
        text = f"number {digits[:3]}{gap}{digits[3:6]}{gap}{digits[6:]} is here"
        assert any(finding.blocks for finding in scan(text, RULES, TODAY))


@given(st.text(max_size=700))
def test_any_text_at_all_is_read_without_an_error(text: str) -> None:
    for finding in scan(text, RULES, TODAY):
        assert 0 <= finding.start < finding.end <= len(text)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["1 ", "0 1 ", "A", "Aa ", "a.", "a@", "a-", "07700 ", "d.o.b ", "(0", "1/1/"])
def test_a_text_made_to_be_slow_is_read_quickly(piece: str) -> None:
    scan(piece * (20_000 // len(piece)), RULES, TODAY)
