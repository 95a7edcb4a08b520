"""The council's people, posts, cases, cover and leave: replaced whole, changed only where they differ."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from policy.council.establishment import Case, Cover, Establishment, Leave, Person, Post
from storage.council import establishment
from storage.council.establishment import Change
from storage.engine.database import Database, Session

ANNA = Person("p-1", "Anna Ashworth", "anna@northmoor.example", "11111111-aaaa-4bbb-8ccc-000000000001")
BEN = Person("p-2", "Ben O'Brien", "ben@northmoor.example")
LEAD = Post("qa-01", "QA lead", "qa_lead", "safeguarding_qa", "QA", "", "p-1", False, True)
MANAGER = Post("tm-01", "Team Manager", "team_manager", "family_safeguarding", "North", "qa-01", "p-2", True, True)
CASE = Case("C-1001", "family_safeguarding", "North", "p-2", "")
COUNCIL = Establishment.of(
    people=[ANNA, BEN],
    posts=[LEAD, MANAGER],
    cases=[CASE],
    cover=[Cover("tm-01", "p-1", date(2026, 12, 1), date(2026, 12, 31))],
    leave=[Leave("p-2", date(2026, 12, 24), date(2027, 1, 2))],
)


def replace(database: Database, new: Establishment) -> establishment.Changes:
    return database.write_now(establishment.replace, new)


def test_a_council_comes_back_as_it_was_given(database: Database) -> None:
    assert database.read_now(establishment.current) == Establishment.of()
    changes = replace(database, COUNCIL)
    assert changes.by_kind == {
        "people": Change(added=2),
        "posts": Change(added=2),
        "cases": Change(added=1),
        "cover": Change(added=1),
        "leave": Change(added=1),
    }
    assert database.read_now(establishment.current) == COUNCIL


def test_giving_the_same_council_twice_changes_nothing(database: Database) -> None:
    replace(database, COUNCIL)
    assert not replace(database, COUNCIL)


def test_only_what_differs_is_changed(database: Database) -> None:
    replace(database, COUNCIL)
    vacant = dataclasses.replace(MANAGER, holder="")
    new = Establishment.of(
        people=[ANNA, BEN, Person("p-3", "Cara Lund", "cara@northmoor.example")],
        posts=[LEAD, vacant],
        cases=[],
        cover=COUNCIL.cover,
        leave=[],
    )
    changes = replace(database, new)
    assert changes.by_kind == {
        "people": Change(added=1),
        "posts": Change(changed=1),
        "cases": Change(removed=1),
        "cover": Change(),
        "leave": Change(removed=1),
    }
    assert database.read_now(establishment.current) == new


def test_the_council_is_loaded_once_until_it_changes(database: Database) -> None:
    replace(database, COUNCIL)
    first = database.read_now(establishment.current)
    assert database.read_now(establishment.current) is first
    assert database.write_now(establishment.current) is first
    replace(database, Establishment.of(people=[ANNA]))
    assert database.read_now(establishment.current) == Establishment.of(people=[ANNA])


def test_a_refused_import_is_never_remembered(database: Database) -> None:
    def refused(session: Session) -> None:
        establishment.replace(session, Establishment.of(people=[BEN]))
        assert list(establishment.current(session).people) == ["p-2"]
        raise PermissionError

    replace(database, COUNCIL)
    with pytest.raises(PermissionError):
        database.write_now(refused)
    assert database.read_now(establishment.current) == COUNCIL


def test_a_change_made_by_another_process_is_seen(database: Database, database_url: str) -> None:
    assert database.read_now(establishment.current) == Establishment.of()
    with Database.open(database_url) as command:
        replace(command, COUNCIL)
    assert database.read_now(establishment.current) == COUNCIL


def test_a_person_is_found_by_their_entra_id_whatever_its_case(database: Database) -> None:
    replace(database, COUNCIL)
    assert database.read_now(establishment.person_by_entra_id, ANNA.entra_object_id.upper()) == ANNA
    assert database.read_now(establishment.person_by_entra_id, "somebody-else") is None
    assert database.read_now(establishment.person_by_entra_id, "") is None


def test_a_person_is_tied_to_their_entra_id_on_first_contact_and_stays_tied(database: Database) -> None:
    replace(database, COUNCIL)
    assert database.write_now(establishment.bind_entra_id, "p-2", "22222222-AAAA-4bbb-8ccc-000000000002")
    bound = database.read_now(establishment.person_by_entra_id, "22222222-aaaa-4bbb-8ccc-000000000002")
    assert bound and bound.id == "p-2"
    assert not replace(database, COUNCIL), "the file still has no id for Ben, and that changes nothing"
    assert database.read_now(establishment.current).people["p-2"].entra_object_id == bound.entra_object_id


def test_an_entra_id_in_the_file_wins_over_the_one_bound_on_contact(database: Database) -> None:
    replace(database, COUNCIL)
    database.write_now(establishment.bind_entra_id, "p-2", "22222222-aaaa-4bbb-8ccc-000000000002")
    corrected = dataclasses.replace(BEN, entra_object_id="33333333-AAAA-4bbb-8ccc-000000000003")
    new = dataclasses.replace(COUNCIL, people={"p-1": ANNA, "p-2": corrected})
    assert replace(database, new).by_kind["people"] == Change(changed=1)
    assert not replace(database, new)
    found = database.read_now(establishment.person_by_entra_id, "33333333-aaaa-4bbb-8ccc-000000000003")
    assert found and found.id == "p-2"


def test_an_entra_id_the_file_gives_to_somebody_else_is_no_longer_the_one_it_was_bound_to(database: Database) -> None:
    replace(database, COUNCIL)
    database.write_now(establishment.bind_entra_id, "p-2", "22222222-aaaa-4bbb-8ccc-000000000002")
    cara = Person("p-3", "Cara Lund", "cara@northmoor.example", "22222222-AAAA-4bbb-8ccc-000000000002")
    replace(database, dataclasses.replace(COUNCIL, people={"p-1": ANNA, "p-2": BEN, "p-3": cara}))
    found = database.read_now(establishment.person_by_entra_id, "22222222-aaaa-4bbb-8ccc-000000000002")
    assert found and found.id == "p-3"
    assert database.read_now(establishment.current).people["p-2"].entra_object_id == ""


def test_nobody_can_take_over_another_persons_place(database: Database) -> None:
    replace(database, COUNCIL)
    assert not database.write_now(establishment.bind_entra_id, "p-1", "99999999-aaaa-4bbb-8ccc-000000000009")
    assert not database.write_now(establishment.bind_entra_id, "p-2", ANNA.entra_object_id)
    assert not database.write_now(establishment.bind_entra_id, "p-none", "99999999-aaaa-4bbb-8ccc-000000000009")
    assert database.write_now(establishment.bind_entra_id, "p-1", ANNA.entra_object_id), "already so is fine"
    assert database.read_now(establishment.current) == COUNCIL


def test_the_order_of_cover_and_leave_does_not_matter(database: Database) -> None:
    two = (*COUNCIL.leave, Leave("p-1", date(2027, 2, 1), date(2027, 2, 5)))
    replace(database, dataclasses.replace(COUNCIL, leave=two))
    assert not replace(database, dataclasses.replace(COUNCIL, leave=two[::-1]))


def test_a_whole_council_of_two_thousand_cases_is_saved_quickly(sqlite_database: Database) -> None:
    people = [Person(f"p-{n}", f"Person {n}", f"p{n}@northmoor.example") for n in range(560)]
    cases = [Case(f"C-{n}", "family_safeguarding", "North", f"p-{n % 400}") for n in range(2000)]
    council = Establishment.of(people=people, cases=cases)
    assert replace(sqlite_database, council).by_kind["cases"] == Change(added=2000)
    assert not replace(sqlite_database, council)
