"""Who looks again three months later: another child, another auditor where there is one, and never out of order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from policy.allocation.allocation_plan import History
from policy.allocation.independence import CONFLICTS, Independence
from policy.allocation.reaudit import ReauditChoice, choose_reaudit
from policy.framework.framework import Framework
from tests.councils import FAMILY, PRACTITIONER, TEAM_MANAGER_2, TEAM_MANAGER_SOUTH, small_council, with_post

ON = date(2026, 5, 11)
THE_CHILD_BEFORE = "NM-000001"


def chosen(framework: Framework, history: History | None = None, **changes: object) -> ReauditChoice:
    """The choice for the first practitioner, whose work the second Team Manager of the north looked at before."""
    return choose_reaudit(
        framework,
        changes.get("council") or small_council(),  # type: ignore[arg-type]
        replace(history or History(), in_loop=frozenset([PRACTITIONER])),
        practitioner=PRACTITIONER,
        not_case=(THE_CHILD_BEFORE,),
        not_auditor=str(changes.get("not_auditor", TEAM_MANAGER_2)),
        on=ON,
    )


def test_another_child_and_another_auditor_who_is_independent_of_both(framework: Framework) -> None:
    pick = chosen(framework).pick
    assert pick is not None
    assert pick.case_ref != THE_CHILD_BEFORE and pick.practitioner == PRACTITIONER
    assert pick.person != TEAM_MANAGER_2
    council = small_council()
    rules = Independence(framework, council, History(in_loop=frozenset([PRACTITIONER])), ON)
    assert not CONFLICTS & set(rules.objections(council.posts[pick.post], council.cases[pick.case_ref]))


def test_that_the_practitioner_was_looked_at_lately_is_no_objection_and_that_the_child_was_is_one(
    framework: Framework,
) -> None:
    history = History(
        last_drawn_worker={PRACTITIONER: date(2026, 1, 5)}, last_drawn_child={"NM-000002": date(2026, 3, 2)}
    )
    pick = chosen(framework, history).pick
    assert pick is not None and pick.case_ref == "NM-000003"


def test_who_has_had_theirs_this_quarter_comes_last(framework: Framework) -> None:
    first = chosen(framework).pick
    assert first is not None and not first.why["second_this_quarter"]
    pick = chosen(framework, History(given_this_quarter={first.post: ON.replace(day=1)})).pick
    assert pick is not None and pick.post != first.post


def test_the_same_auditor_looks_again_only_where_there_is_nobody_else(framework: Framework) -> None:
    council = small_council()
    only = {
        post.id: post for post in council.posts.values() if not post.learning_space or post.holder == TEAM_MANAGER_SOUTH
    }
    pick = chosen(framework, council=replace(council, posts=only), not_auditor=TEAM_MANAGER_SOUTH).pick
    assert pick is not None and pick.person == TEAM_MANAGER_SOUTH and pick.why["same_auditor"]


def test_where_the_own_function_has_nobody_another_one_helps_with_the_reason(framework: Framework) -> None:
    council = small_council()
    elsewhere = {
        post.id: post
        for post in council.posts.values()
        if not post.learning_space or (post.function != FAMILY and post.role == "team_manager")
    }
    pick = chosen(framework, council=replace(council, posts=elsewhere)).pick
    assert pick is not None and pick.cross_function_reason == "re_audit"


def test_it_says_why_there_is_none(framework: Framework) -> None:
    council = small_council()
    worker = next(post for post in council.posts.values() if post.holder == PRACTITIONER)
    assert chosen(framework, council=with_post(council, worker.id, holder="")).reason == "left"
    one_child = {ref: case for ref, case in council.cases.items() if case.practitioner != PRACTITIONER}
    assert chosen(framework, council=replace(council, cases=one_child)).reason == "no_suitable_case"
    nobody = {post.id: post for post in council.posts.values() if not post.learning_space}
    nobody["tm-north-1"] = council.posts["tm-north-1"]
    assert chosen(framework, council=replace(council, posts=nobody)).reason == "nobody_independent"
