"""Whose people these are: a council's own, or invented ones that local tools may write to, move in time and send to."""

from __future__ import annotations

from datetime import date

from assurance.establishment.demo_council import DEMO_DATE, demo_tables
from policy.framework.framework import Framework
from storage.council import kind
from storage.council.kind import COUNCIL, DEMO, Kind
from storage.engine.session import Session


def kind_of(session: Session, framework: Framework) -> Kind | None:
    """What this database holds: "demo", "council", or None while there is nobody in it. Reads any version's tables.

    It goes by the mark that import and demo leave. People without a mark were brought in by an earlier version: they
    are a council's own unless every one of them is one of the fictional council's, by id, name and address.
    """
    said = kind.marked(session)
    if said is not None:
        return said
    people = kind.names_of_people(session)
    if not people:
        return None
    return DEMO if people <= invented_people(framework) else COUNCIL


def invented_people(framework: Framework, on: date = DEMO_DATE) -> set[tuple[str, str, str]]:
    """Id, name and email address of everybody in the fictional council."""
    return {(row["person_id"], row["name"], row["email"]) for row in demo_tables(framework, on=on)["people"]}
