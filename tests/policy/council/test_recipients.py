"""Who is told: lines, vacancies, deputies, and that nobody is told of their own lateness as a manager."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.council.establishment import Establishment
from policy.council.recipients import Expression, NotARecipient, Recipient, Subject, resolve
from tests import councils
from tests.councils import (
    DIRECTOR,
    EXECUTIVE,
    FAMILY,
    HEAD,
    IN_CARE,
    IRO,
    MASH,
    PDM,
    PRACTITIONER,
    QA_LEAD,
    REVIEW_HEAD,
    REVIEW_SENIOR,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    with_cover,
    with_post,
)
from tests.policy.telling import COUNCIL, FRAMEWORK, TODAY, cover, late, of, people, step, told

# -- the ladder as written --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["-7", "-2", "0"])
def test_reminders_are_between_the_bot_and_the_manager(name: str) -> None:
    assert people(told(name, late(TEAM_MANAGER))) == {TEAM_MANAGER: ("auditor",)}


def test_on_the_first_day_late_nobody_above_hears_and_the_qa_lead_reads_of_it_in_the_morning() -> None:
    assert people(told("+1", late(TEAM_MANAGER))) == {TEAM_MANAGER: ("auditor",), QA_LEAD: ("qa_lead",)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("+2", {SENIOR_MANAGER, HEAD, TEAM_MANAGER}),
        ("+7", {DIRECTOR, SENIOR_MANAGER, HEAD, TEAM_MANAGER}),
        ("+14", {EXECUTIVE, DIRECTOR, HEAD, SENIOR_MANAGER, TEAM_MANAGER}),
    ],
)
def test_a_late_team_manager_is_escalated_up_their_own_line(name: str, expected: set[str]) -> None:
    resolution = told(name, late(TEAM_MANAGER))
    assert set(people(resolution)) == expected
    assert all(each.via == "holder" and not each.reason for each in resolution.recipients)
    assert not resolution.notes


def test_the_one_the_step_is_for_comes_first() -> None:
    assert told("+7", late(TEAM_MANAGER)).recipients[0] == Recipient(DIRECTOR, ("director",), "holder")


def test_a_late_reviewing_officer_is_escalated_to_the_safeguarding_line_not_the_childs() -> None:
    assert set(people(told("+2", late(IRO)))) == {REVIEW_SENIOR, REVIEW_HEAD, IRO}


def test_a_late_senior_manager_hears_nothing_as_a_senior_manager() -> None:
    assert people(told("+2", late(SENIOR_MANAGER))) == {HEAD: ("head_of_service",), SENIOR_MANAGER: ("auditor",)}
    assert people(told("+7", late(SENIOR_MANAGER))) == {
        DIRECTOR: ("director",),
        HEAD: ("head_of_service",),
        SENIOR_MANAGER: ("auditor",),
    }


def test_a_late_head_of_service_goes_to_the_director_on_day_two() -> None:
    for name in ("+2", "+7"):
        assert people(told(name, late(HEAD))) == {DIRECTOR: ("director",), HEAD: ("auditor",)}
    assert people(told("+14", late(HEAD))) == {
        EXECUTIVE: ("executive_director",),
        DIRECTOR: ("director",),
        HEAD: ("auditor",),
    }


def test_a_late_director_goes_to_the_executive_director_on_day_two() -> None:
    for name in ("+2", "+7", "+14"):
        assert people(told(name, late(DIRECTOR))) == {EXECUTIVE: ("executive_director",), DIRECTOR: ("auditor",)}


def test_a_development_manager_without_a_senior_manager_goes_to_the_head_of_service() -> None:
    resolution = told("+2", late(PDM))
    assert people(resolution) == {HEAD: ("head_of_service",), PDM: ("auditor",)}
    assert resolution.notes == ("There is no Senior Manager in the auditor's line.",)


# -- bad data ---------------------------------------------------------------------------------------------------------


def test_a_cycle_in_the_lines_of_management_ends() -> None:
    council = with_post(COUNCIL, "hos-family", line_manager_post="sm-north")
    assert set(people(told("+2", late(TEAM_MANAGER), council))) == {SENIOR_MANAGER, HEAD, TEAM_MANAGER}
    assert set(people(told("+7", late(TEAM_MANAGER), council))) == {QA_LEAD, SENIOR_MANAGER, HEAD, TEAM_MANAGER}


def test_a_post_that_manages_itself_has_no_line() -> None:
    council = with_post(COUNCIL, "tm-north-1", line_manager_post="tm-north-1")
    assert set(people(told("+2", late(TEAM_MANAGER), council))) == {QA_LEAD, TEAM_MANAGER}


def test_a_role_the_file_has_lost_since_the_promise_stops_nothing() -> None:
    rung = step("+2").model_copy(update={"tell": ("auditor.locality_manager", "auditor.head_of_service")})
    resolution = resolve(rung.tell, (), late(TEAM_MANAGER), COUNCIL, FRAMEWORK, TODAY, escalation=True)
    assert people(resolution) == {HEAD: ("head_of_service",)}
    assert resolution.notes == ("There is no locality manager in the auditor's line.",)


# -- events that are no escalation ------------------------------------------------------------------------------------


def event(key: str, subject: Subject, council: Establishment = COUNCIL) -> dict[str, tuple[str, ...]]:
    return people(resolve(FRAMEWORK.event(key).tell, (), subject, council, FRAMEWORK, TODAY, escalation=False))


def test_the_practitioner_and_their_team_manager_hear_that_their_work_was_chosen() -> None:
    subject = Subject("tm-south-1", councils.TEAM_MANAGER_SOUTH, PRACTITIONER, FAMILY)
    assert event("E2", subject) == {PRACTITIONER: ("practitioner",), TEAM_MANAGER: ("team_manager",)}


def test_the_red_route_goes_to_those_who_answer_for_the_childs_case_and_the_qa_lead() -> None:
    subject = Subject("iro-1", IRO, PRACTITIONER, FAMILY)
    assert event("E16", subject) == {
        SENIOR_MANAGER: ("senior_manager",),
        HEAD: ("head_of_service",),
        QA_LEAD: ("qa_lead",),
    }


def test_the_red_route_finds_the_functions_managers_if_the_practitioner_has_no_line() -> None:
    subject = Subject("tm-north-1", TEAM_MANAGER, "p-nobody", IN_CARE)
    assert event("E16", subject) == {
        councils.IN_CARE_SENIOR: ("senior_manager",),
        councils.IN_CARE_HEAD: ("head_of_service",),
        QA_LEAD: ("qa_lead",),
    }


def test_an_inadequate_grade_prompts_the_practitioners_line_and_the_qa_lead() -> None:
    subject = Subject("tm-south-1", councils.TEAM_MANAGER_SOUTH, PRACTITIONER, FAMILY)
    assert event("E17", subject) == {
        SENIOR_MANAGER: ("senior_manager",),
        TEAM_MANAGER: ("team_manager",),
        HEAD: ("head_of_service",),
        QA_LEAD: ("qa_lead",),
    }


def test_a_vacant_rung_reaches_the_qa_lead_once_even_where_the_qa_lead_is_told_anyway() -> None:
    subject = Subject("tm-south-1", councils.TEAM_MANAGER_SOUTH, PRACTITIONER, FAMILY)
    council = with_post(COUNCIL, "sm-north", holder="")
    resolution = resolve(FRAMEWORK.event("E17").tell, (), subject, council, FRAMEWORK, TODAY, escalation=False)
    assert of(QA_LEAD, resolution) == Recipient(
        QA_LEAD,
        ("qa_lead",),
        "holder",
        "The post of Senior Manager, Family Safeguarding North, is vacant and has no deputy.",
    )


def test_a_practitioner_in_two_posts_is_found_in_the_function_of_the_case() -> None:
    second = replace(COUNCIL.posts["sw-1"], id="sw-1-mash", function=MASH, team="MASH 1", line_manager_post="tm-mash-1")
    council = replace(COUNCIL, posts={**COUNCIL.posts, second.id: second})
    assert event("E2", Subject("tm-north-2", TEAM_MANAGER_2, PRACTITIONER, MASH), council) == {
        PRACTITIONER: ("practitioner",),
        councils.MASH_MANAGER: ("team_manager",),
    }


def test_a_practitioner_who_acts_up_in_another_team_still_has_their_own_team_manager_told() -> None:
    council = with_post(COUNCIL, "tm-north-2", holder=PRACTITIONER)
    assert event("E2", Subject("tm-south-1", councils.TEAM_MANAGER_SOUTH, PRACTITIONER, FAMILY), council) == {
        PRACTITIONER: ("practitioner",),
        TEAM_MANAGER: ("team_manager",),
    }


# -- the words of the file --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "role"),
    [
        ("auditor", "auditor", ""),
        ("practitioner", "practitioner", ""),
        ("qa_lead", "", "qa_lead"),
        ("auditor.director", "auditor", "director"),
        ("case.head_of_service", "case", "head_of_service"),
        ("owner", "owner", ""),
        ("setter", "setter", ""),
        ("owner.team_manager", "owner", "team_manager"),
    ],
)
def test_the_recipient_words_of_the_file(text: str, line: str, role: str) -> None:
    assert Expression.parse(text) == Expression(line, role)


def test_the_line_of_an_action_is_its_owners_and_who_set_it_is_told_as_such() -> None:
    """The owner is a practitioner of one team; a manager of another one set it."""
    subject = Subject("sw-1", PRACTITIONER, "", FAMILY, setter=TEAM_MANAGER_2)

    def who(*tell: str, escalation: bool = False) -> dict[str, tuple[str, ...]]:
        return people(resolve(tell, (), subject, COUNCIL, FRAMEWORK, TODAY, escalation))

    assert who("owner", "setter") == {PRACTITIONER: ("owner",), TEAM_MANAGER_2: ("setter",)}
    assert who("owner", "owner.team_manager") == {PRACTITIONER: ("owner",), TEAM_MANAGER: ("team_manager",)}
    assert who("owner.senior_manager", "owner.head_of_service", escalation=True) == {
        SENIOR_MANAGER: ("senior_manager",),
        HEAD: ("head_of_service",),
    }


def test_where_whoever_set_an_action_has_left_the_qa_lead_hears_why() -> None:
    resolution = resolve(
        ("owner", "setter"), (), Subject("sw-1", PRACTITIONER, "", FAMILY), COUNCIL, FRAMEWORK, TODAY, False
    )
    assert people(resolution) == {PRACTITIONER: ("owner",), QA_LEAD: ("qa_lead",)}
    assert of(QA_LEAD, resolution).reason == "There is no setter to tell."


@pytest.mark.parametrize(
    "text", ["", "case", "setter.director", "auditor.", ".director", "child.director", "auditor.line.director"]
)
def test_other_words_are_no_recipients(text: str) -> None:
    with pytest.raises(NotARecipient):
        Expression.parse(text)


# -- always -----------------------------------------------------------------------------------------------------------

POSTS = [post for post in COUNCIL.posts if not post.startswith("sw-")]


@st.composite
def untidy_councils(draw: st.DrawFn) -> Establishment:
    """The small council with vacancies, people in two posts, deputies and wrong lines."""
    council = COUNCIL
    holders = [post.holder for post in COUNCIL.posts.values() if post.role != "practitioner"]
    for post in draw(st.lists(st.sampled_from(POSTS), max_size=6, unique=True)):
        change = draw(st.sampled_from(["vacant", "held", "moved", "covered"]))
        if change == "vacant":
            council = with_post(council, post, holder="")
        elif change == "held":
            council = with_post(council, post, holder=draw(st.sampled_from(holders)))
        elif change == "moved":
            council = with_post(council, post, line_manager_post=draw(st.sampled_from(POSTS)))
        else:
            council = with_cover(council, cover(post, draw(st.sampled_from(holders))))
    return council


@given(council=untidy_councils(), post=st.sampled_from(POSTS), name=st.sampled_from(["+2", "+7", "+14"]))
def test_whatever_the_establishment_looks_like_an_escalation_is_fair_and_never_lost(
    council: Establishment, post: str, name: str
) -> None:
    person = council.posts[post].holder or "p-gone"
    resolution = told(name, Subject(post, person, PRACTITIONER, FAMILY), council)
    ids = [each.person for each in resolution.recipients]
    assert len(ids) == len(set(ids)), "one person hears once"
    own = FRAMEWORK.level(council.posts[post].role)
    for each in resolution.recipients:
        if each.person == person:
            assert set(each.roles) <= {"auditor", "qa_lead", "qa_officer"}, "nobody is told of themselves as a manager"
        levels = [FRAMEWORK.level(role) for role in each.roles if role != "auditor"]
        assert all(own is None or level is None or level > own for level in levels), "nobody below hears"
        assert (each.via == "qa_for_vacancy") <= bool(each.reason)
    # Whoever is late does not hear in the QA team's place: where they are all of it, it is noted that nobody does.
    if {council.posts[each].holder for each in ("qa-lead", "qa-officer")} - {"", person}:
        assert set(ids) - {person} or _runs_qa(council, person), "somebody but the late person hears"
    assert ids or resolution.notes, "nobody is left out without a word"


def _runs_qa(council: Establishment, person: str) -> bool:
    return any(post.role in ("qa_lead", "qa_officer") for post in council.posts_held_by(person)) or any(
        each.deputy == person and council.posts[each.post].role in ("qa_lead", "qa_officer") for each in council.cover
    )
