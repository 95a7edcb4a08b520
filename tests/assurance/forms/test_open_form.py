"""Opening the form: its own auditor only, at the page they left, and never again once it is submitted."""

from __future__ import annotations

from datetime import date

import pytest

from assurance.common.refusals import AlreadyDone, NotFound, NotYours, UnknownStep, Withdrawn
from assurance.forms.form_view import REVIEW, FormView
from assurance.forms.open_form import open_form
from policy.council.actor import Actor
from storage.casework import learning_spaces
from storage.casework.learning_spaces import LearningSpace
from tests.assurance.forms_filled import MEETING, fill_in, save, send_in
from tests.councils import (
    HEAD,
    PRACTITIONER,
    QA_LEAD,
    SENIOR_MANAGER,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    small_council,
    with_post,
)
from tests.journeys.living_council import LivingCouncil, london


@pytest.fixture
def item(council: LivingCouncil) -> LearningSpace:
    """The team manager of North 2 looks at a case of North 1."""
    return council.given_a_learning_space("tm-north-2", allocated_on=date(2026, 1, 5))


def opened(council: LivingCouncil, token: str, person: str = TEAM_MANAGER_2, step: str | None = None) -> FormView:
    """Open the form as a person."""
    return council.database.write_now(
        open_form, council.framework, token, actor=Actor.person(person), now=council.now, step=step
    )


def test_the_form_opens_on_its_first_page(council: LivingCouncil, item: LearningSpace) -> None:
    view = opened(council, item.token)
    assert (view.step, view.version, dict(view.answers)) == ("meeting", 0, {})
    assert view.practitioner == small_council().people[PRACTITIONER].name
    assert view.function == "Family Safeguarding"


def test_the_first_opening_is_noted_and_later_ones_are_not(council: LivingCouncil, item: LearningSpace) -> None:
    opened(council, item.token)
    first = council.now
    council.now = london("2026-01-22 10:00")
    opened(council, item.token)
    assert (council.item(item.reference).state, council.item(item.reference).opened_at) == ("opened", first)
    assert [entry.verb for entry in council.history_of(item.reference)] == ["form_opened"]


def test_it_opens_days_later_at_the_page_it_was_left(council: LivingCouncil, item: LearningSpace) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    council.now = london("2026-01-29 08:00")
    view = opened(council, item.token)
    assert view.step == "domains"
    assert view.answers["date_held"] == "2026-01-20"


@pytest.mark.parametrize("person", [TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_LEAD, PRACTITIONER, "p-nobody"])
def test_nobody_else_may_open_it_whoever_they_are(council: LivingCouncil, item: LearningSpace, person: str) -> None:
    with pytest.raises(NotYours):
        opened(council, item.token, person)
    assert council.item(item.reference).state == "allocated"


def test_the_system_may_not_open_it_either(council: LivingCouncil, item: LearningSpace) -> None:
    with pytest.raises(NotYours):
        council.database.write_now(
            open_form, council.framework, item.token, actor=Actor.system("sweep"), now=council.now
        )


@pytest.mark.parametrize("token", ["", "no-such-token", "LS-2025Q4-001"])
def test_a_token_of_nothing_opens_nothing(council: LivingCouncil, item: LearningSpace, token: str) -> None:
    with pytest.raises(NotFound):
        opened(council, token)


def test_once_submitted_it_says_who_and_when_and_shows_no_answers(council: LivingCouncil, item: LearningSpace) -> None:
    view = fill_in(council.database, council.framework, item, now=council.now)
    send_in(council.database, council.framework, item, version=view.version, now=council.now)
    with pytest.raises(AlreadyDone) as refused:
        opened(council, item.token)
    assert (refused.value.by, refused.value.by_name, refused.value.at) == (
        TEAM_MANAGER_2,
        "Gethin Gorsedale",
        council.now,
    )


@pytest.mark.parametrize("state", ["withdrawn", "excluded"])
def test_one_that_was_withdrawn_or_excluded_does_not_open(
    council: LivingCouncil, item: LearningSpace, state: str
) -> None:
    council.database.write_now(learning_spaces.update, item.reference, state=state, next_step_at=None)
    with pytest.raises(Withdrawn):
        opened(council, item.token)


def test_any_page_that_is_asked_can_be_opened_and_no_other(council: LivingCouncil, item: LearningSpace) -> None:
    assert opened(council, item.token, step="judgement").step == "judgement"
    assert opened(council, item.token, step=REVIEW).reviewing
    for page in ("red_route", "action_2", "no_such_page"):
        with pytest.raises(UnknownStep):
            opened(council, item.token, step=page)


def test_the_review_lists_what_is_still_missing_page_by_page(council: LivingCouncil, item: LearningSpace) -> None:
    save(council.database, council.framework, item, "meeting", MEETING, now=council.now)
    missing = opened(council, item.token, step=REVIEW).missing
    assert "meeting" not in missing
    assert missing["judgement"]["grade"].code == "required"


def test_an_action_may_be_given_to_the_people_around_the_case_by_a_key_and_not_by_an_id(
    council: LivingCouncil, item: LearningSpace
) -> None:
    owners = {choice.key: choice.title for choice in opened(council, item.token).context.owners}
    assert list(owners) == ["practitioner", "team_manager", "senior_manager", "pdm", "auditor"]
    assert owners["team_manager"] == "Priya Fernhollow (Team Manager)"
    assert owners["auditor"] == "Gethin Gorsedale (you)"
    assert not any(key.startswith("p-") for key in owners)


def test_nobody_is_offered_as_an_owner_for_a_post_that_is_vacant(council: LivingCouncil, item: LearningSpace) -> None:
    council.given_the_council_is(with_post(small_council(), "sm-north", holder=""))
    assert "senior_manager" not in {choice.key for choice in opened(council, item.token).context.owners}
