"""What each role must not see or do, by real HTTP with that person's own token, in production mode."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.clock import Clock
from bot.conversation import Conversation
from policy.check.loader import load_framework
from storage.casework import learning_spaces, loops, more_time
from tests.bot.teams.at_the_door import STRANGER, Door, at_the_door, words_of
from tests.bot.teams.council_at_work import GRADE_REASONS, LEFT, NOW, WORKED_WELL
from tests.councils import (
    BI_LEAD,
    DIRECTOR,
    EXECUTIVE,
    HEAD,
    IN_CARE_HEAD,
    IN_CARE_MANAGER_2,
    IN_CARE_SENIOR,
    IRO,
    PDM,
    PRACTITIONER,
    PSW,
    QA_LEAD,
    QA_OFFICER,
    SENIOR_MANAGER,
    SENIOR_MANAGER_SOUTH,
    SERVICE_ALLOCATOR,
    TEAM_MANAGER,
    TEAM_MANAGER_2,
    TEAM_MANAGER_SOUTH,
    WORKERS,
    small_council,
)
from tests.dialogs.reading import plainly

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERBS = sorted(Conversation(None, load_framework(), Clock.standing(NOW))._presses)  # type: ignore[arg-type]
"""Every button there is: a new one is tried here from the day it is made."""
CANNOT = "I cannot open that one"
PEOPLE = small_council().people

INSIDE = (TEAM_MANAGER, SENIOR_MANAGER, HEAD, QA_OFFICER, QA_LEAD, TEAM_MANAGER_2)
"""Who may read the ordinary form: the practitioner's line, the QA team, its auditor."""
OUTSIDE = (
    IRO,
    PDM,
    PSW,
    BI_LEAD,
    SERVICE_ALLOCATOR,
    IN_CARE_MANAGER_2,
    IN_CARE_HEAD,
    IN_CARE_SENIOR,
    SENIOR_MANAGER_SOUTH,
    WORKERS[1],
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    async with at_the_door(tmp_path_factory.mktemp("door")) as opened:
        yield opened


def content_of(door: Door) -> tuple[str, ...]:
    """What no outsider may read anywhere: cases, whose work it was, what was written, and what was agreed."""
    work, people = door.work, PEOPLE
    items = (work.ordinary, work.owed, work.escalated, work.inadequate, work.heads_own, work.heads_owed, work.flagged)
    names = {people[item.practitioner].name for item in items}
    cases = {item.case_ref for item in items}
    return (*names, *cases, WORKED_WELL, GRADE_REASONS, work.action.what)


def holds_nothing(door: Door, said: str, *, but_for: str = "") -> None:
    """It is a sentence, and it holds nothing of anybody's work."""
    assert len(said.split()) > 5, said
    told = [word for word in content_of(door) if word in said and word != but_for]
    assert not told, said


# -- one form ---------------------------------------------------------------------------------------------------------


async def test_every_role_of_the_framework_is_tried_here() -> None:
    posts = small_council()
    tried = {post.role for person in (*INSIDE, *OUTSIDE, DIRECTOR, EXECUTIVE) for post in posts.posts_held_by(person)}
    assert tried == {role.key for role in load_framework().roles}


async def test_a_director_asks_for_an_ordinary_form_and_gets_its_header_and_why(door: Door) -> None:
    before = door.state()
    for text in (f"open {door.work.ordinary.reference}", f"result {door.work.ordinary.reference}"):
        said = await door.type(DIRECTOR, text)
        holds_nothing(door, said)
        assert "Gethin Gorsedale" in said and "Family Safeguarding" in said
        assert "it was escalated to you" in said and "it was graded inadequate" in said
    assert door.state() == before


@pytest.mark.parametrize("which", ["escalated", "inadequate"])
async def test_a_director_opens_one_that_was_escalated_to_them_or_is_inadequate_and_history_says_so(
    door: Door, which: str
) -> None:
    reference = getattr(door.work, which).reference
    reads = _reads(door, reference, DIRECTOR)
    said = await door.type(DIRECTOR, f"open {reference}")
    assert f"The result of {reference}" in plainly(said) and WORKED_WELL in said
    assert getattr(door.work, which).case_ref not in said
    assert _reads(door, reference, DIRECTOR) == reads + 1


async def test_an_executive_director_gets_no_more_than_the_header_even_of_what_was_escalated_to_them(
    door: Door,
) -> None:
    said = await door.type(EXECUTIVE, f"open {door.work.escalated.reference}")
    holds_nothing(door, said)
    assert "Amina Heathwick" in said and "sent in" in said
    for item in (door.work.ordinary, door.work.inadequate, door.work.owed):
        said = await door.type(EXECUTIVE, f"open {item.reference}")
        holds_nothing(door, said)
        assert CANNOT in said


@pytest.mark.parametrize("person", OUTSIDE)
async def test_whoever_does_not_answer_for_the_work_learns_not_even_that_there_is_such_a_form(
    door: Door, person: str
) -> None:
    before = door.state()
    for item in (door.work.ordinary, door.work.inadequate, door.work.owed):
        for text in (f"open {item.reference}", f"result {item.reference}"):
            said = await door.type(person, text)
            holds_nothing(door, said)
            assert CANNOT in said
    nothing = await door.type(person, "open LS-2025Q4-999")
    assert CANNOT in nothing
    assert door.state() == before


@pytest.mark.parametrize("person", OUTSIDE)
async def test_whoever_looks_for_what_is_not_theirs_finds_what_is_not_there(door: Door, person: str) -> None:
    work = door.work
    for reference in (work.ordinary.reference, work.loop.reference, work.moderation.reference, work.action.reference):
        missing = f"{reference[:-3]}999"
        found, nothing = await door.type(person, f"find {reference}"), await door.type(person, f"find {missing}")
        holds_nothing(door, found)
        assert found.replace(reference, missing) == nothing


@pytest.mark.parametrize("person", INSIDE)
async def test_those_who_answer_for_the_work_the_qa_team_and_its_auditor_read_it_each_time_with_one_trace(
    door: Door, person: str
) -> None:
    reference = door.work.ordinary.reference
    reads = _reads(door, reference, person)
    said = await door.type(person, f"result {reference}")
    assert WORKED_WELL in said and door.work.ordinary.case_ref in said
    assert _reads(door, reference, person) == reads + 1


async def test_a_practitioner_sees_no_result_before_it_is_released_and_hears_the_day(door: Door) -> None:
    before = door.state()
    for answered in (
        await door.type(PRACTITIONER, f"result {door.work.ordinary.reference}"),
        await door.type(PRACTITIONER, f"open {door.work.ordinary.reference}"),
        await door.press(PRACTITIONER, "result", door.work.ordinary.reference),
    ):
        assert "Thursday 26 February at the latest" in answered
        assert WORKED_WELL not in answered and "Good" not in answered
    assert door.state() == before


async def test_the_moderator_sees_no_first_grade_before_their_own_is_kept(door: Door) -> None:
    assert door.work.moderation.moderator == QA_OFFICER
    said = await door.type(QA_OFFICER, f"result {door.work.inadequate.reference}")
    assert "its grades open once your own are kept" in said
    assert WORKED_WELL not in said


async def test_a_reader_of_one_that_is_not_sent_in_sees_nothing_of_the_draft(door: Door) -> None:
    for person in (SENIOR_MANAGER, HEAD, QA_OFFICER):
        said = await door.type(person, f"open {door.work.owed.reference}")
        holds_nothing(door, said)
        assert "has not been sent in yet" in said


# -- what is somebody else's to do ------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [TEAM_MANAGER_2, SENIOR_MANAGER, HEAD, DIRECTOR, QA_LEAD, TEAM_MANAGER_SOUTH, IRO])
@pytest.mark.parametrize("verb", ["open", "next", "back", "later", "edit", "review", "submit", "release"])
async def test_nobody_works_on_another_managers_form_whatever_their_rank(door: Door, person: str, verb: str) -> None:
    before = door.state()
    said = await door.press(person, verb, door.work.owed.token, step="meeting", v=1, in_person="no")
    holds_nothing(door, said)
    assert CANNOT in said
    assert door.state() == before


async def test_a_head_of_service_does_not_authorise_the_loop_of_their_own_learning_space(door: Door) -> None:
    before = door.state()
    said = await door.press(HEAD, "loop_authorise", door.work.heads_loop.token, v=door.work.heads_loop.submissions)
    assert "You were the auditor or filled in the form" in said
    assert door.state() == before
    said = await door.press(
        SENIOR_MANAGER, "loop_authorise", door.work.heads_loop.token, v=door.work.heads_loop.submissions
    )
    assert "filled in the form" in said or CANNOT in said
    assert door.state() == before


async def test_a_director_may_open_the_loop_that_is_theirs_to_authorise_and_no_other(door: Door) -> None:
    said = await door.type(DIRECTOR, f"open {door.work.loop.reference}")
    holds_nothing(door, said)
    assert CANNOT in said
    assert door.work.heads_loop.reference in await door.type(DIRECTOR, f"open {door.work.heads_loop.reference}")


@pytest.mark.parametrize("verb", ["agree_request", "decline_request", "see_request"])
async def test_nobody_decides_on_their_own_extension_and_nobody_but_the_one_asked(door: Door, verb: str) -> None:
    before = door.state()
    for person, request in (
        (HEAD, door.work.heads_request),
        (TEAM_MANAGER, door.work.request),
        (SENIOR_MANAGER, door.work.request),
        (DIRECTOR, door.work.request),
        (IN_CARE_HEAD, door.work.request),
        (QA_LEAD, door.work.request),
    ):
        holds_nothing(door, await door.press(person, verb, request))
    assert door.state() == before
    for token in (door.work.request, door.work.heads_request):
        assert getattr(door.db.read_now(more_time.by_token, token), "state", "") == "asked"


@pytest.mark.parametrize("person", [QA_OFFICER, HEAD, DIRECTOR, EXECUTIVE, PSW, BI_LEAD, TEAM_MANAGER])
@pytest.mark.parametrize("verb", ["approve_run", "withdraw_run"])
async def test_only_the_qa_lead_decides_on_an_allocation(door: Door, person: str, verb: str) -> None:
    before = door.state()
    holds_nothing(door, await door.press(person, verb, door.work.run))
    assert door.state() == before


@pytest.mark.parametrize("person", [QA_OFFICER, HEAD, DIRECTOR, TEAM_MANAGER, PRACTITIONER])
@pytest.mark.parametrize("text", ["freeze", "preview", "allocate March 2026", "reachability"])
async def test_what_the_qa_lead_runs_nobody_else_runs_by_typing(door: Door, person: str, text: str) -> None:
    if (person, text) == (QA_OFFICER, "reachability"):
        return  # the whole QA team may look who is out of reach
    before = door.state()
    holds_nothing(door, await door.type(person, text))
    assert door.state() == before


@pytest.mark.parametrize("person", [TEAM_MANAGER_2, SENIOR_MANAGER, HEAD, DIRECTOR, PRACTITIONER, TEAM_MANAGER])
async def test_a_moderation_is_closed_to_everyone_outside_the_qa_team_until_it_is_talked_through(
    door: Door, person: str
) -> None:
    before = door.state()
    for verb in ("moderate", "moderation_next", "moderation_talk", "moderation_close", "moderation_settle"):
        holds_nothing(door, await door.press(person, verb, door.work.moderation.token, step="judgement"))
    holds_nothing(door, await door.type(person, f"open {door.work.moderation.reference}"))
    assert door.state() == before


@pytest.mark.parametrize("person", [TEAM_MANAGER_2, IRO, PDM, DIRECTOR, EXECUTIVE, IN_CARE_HEAD, WORKERS[3]])
async def test_an_action_is_read_by_its_owner_who_set_it_and_their_line(door: Door, person: str) -> None:
    if person == door.work.action.set_by:
        assert door.work.action.what in await door.type(person, f"open {door.work.action.reference}")
        return
    for said in (
        await door.type(person, f"open {door.work.action.reference}"),
        await door.press(person, "open_action", door.work.action.token),
        await door.press(person, "update_action", door.work.action.token, state="done"),
    ):
        holds_nothing(door, said)


# -- outsiders --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
async def test_no_button_gives_an_outsider_anything_or_changes_anything(door: Door, verb: str) -> None:
    """A manager of another function presses everything they might have come by."""
    before = door.state()
    for token in door.work.tokens:
        holds_nothing(door, await door.press(IN_CARE_MANAGER_2, verb, token, step="meeting", v=1))
    assert door.state() == before


async def test_no_window_gives_an_outsider_anything_or_changes_anything(door: Door) -> None:
    before = door.state()
    me = door.at(IN_CARE_MANAGER_2)
    for verb in VERBS:
        for token in (door.work.owed.token, door.work.loop.token, door.work.ordinary.reference):
            for answer in (
                await me.open_dialog({"verb": verb, "ref": token}),
                await me.submit_dialog({"verb": verb, "ref": token, "step": "meeting", "v": 1, "in_person": "no"}),
            ):
                assert answer.status == 200
                holds_nothing(door, words_of(answer.body["task"]["value"]))
    assert door.state() == before


@pytest.mark.parametrize("verb", VERBS)
async def test_a_practitioner_pressing_a_managers_buttons_changes_nothing(door: Door, verb: str) -> None:
    own = small_council().people[PRACTITIONER].name
    before = door.state()
    tokens = [door.work.ordinary.token, door.work.owed.token, door.work.request, door.work.moderation.token]
    if verb not in ("loop", "loop_edit"):  # the loop about their work is theirs to read
        tokens.append(door.work.loop.token)
    for token in tokens:
        said = await door.press(PRACTITIONER, verb, token, step="meeting", v=1, in_person="no")
        holds_nothing(door, said, but_for=own)
    assert door.state() == before


@pytest.mark.parametrize("person", [STRANGER.name, LEFT])
async def test_somebody_unknown_and_somebody_who_has_left_get_one_kind_sentence_and_nothing_else(
    door: Door, person: str
) -> None:
    before = door.state()
    for token in door.work.tokens:
        for verb in ("open", "submit", "loop_authorise", "agree_request", "approve_run", "result"):
            said = await door.press(person, verb, token, v=1)
            holds_nothing(door, said)
            assert "QA team" in said and "LS-" not in said
    for text in ("list", f"open {door.work.ordinary.reference}", "freeze"):
        said = await door.type(person, text)
        holds_nothing(door, said)
        assert "LS-" not in said
    assert door.state() == before


async def test_a_token_of_nobody_and_an_unsigned_word_do_not_get_in_at_all(door: Door) -> None:
    before = door.state()
    me = door.at(HEAD)
    for token in ("forged.forged.forged", "", door.entra.token_for("https://elsewhere.example/")):
        answer = await me.send(me.activity("message", text="list"), token=token or " ")
        assert answer.status in (401, 403)
    assert door.state() == before


async def test_after_all_that_everything_stands_as_it_stood(door: Door) -> None:
    work = door.work
    for item in (work.ordinary, work.owed, work.escalated, work.inadequate, work.heads_own, work.heads_owed):
        assert door.db.read_now(learning_spaces.by_reference, item.reference) == item
    for loop in (work.loop, work.heads_loop):
        assert door.db.read_now(loops.by_reference, loop.reference) == loop


def _reads(door: Door, reference: str, person: str) -> int:
    return sum(f"person:{person}" in row and reference in row and "form_read" in row for row in door.state()["history"])
