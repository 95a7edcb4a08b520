"""`import --template DIR`: the sheets of an import with their headings and a small council to write over."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.refusals import Refusal

if TYPE_CHECKING:
    from policy.framework.framework import Framework

EXPLAINED = "columns.txt"
"""Beside the sheets; the import leaves it alone."""

SHEETS = {
    "people": "Everybody who holds a post, stands in for somebody, or whose work is looked at.",
    "posts": "Every post, held or vacant: the line of management is made of these.",
    "cases": "Open cases a learning space can be about. Never a child's name.",
    "cover": "Who stands in for the holder of a post, and when. May be left out.",
    "leave": "Who is away, and when. May be left out.",
}
"""What a row of each sheet is."""

COLUMNS: dict[str, dict[str, str]] = {
    "people": {
        "person_id": "Your own id of the person. It must stay theirs: never give it to somebody else.",
        "name": "As colleagues know them.",
        "email": "Their work address, once only. Letters go there, and replies are believed from there alone.",
        "entra_object_id": "Their object id in Entra. Without it they have to write to the bot first.",
    },
    "posts": {
        "post_id": "Your own id of the post. It stays when its holder changes.",
        "title": "As it stands on a door.",
        "role": "A role of the framework file, by its key or its title.",
        "function": "A function of the framework file, by its key or its title. Leaders stand in a home: see below.",
        "team": "The team's name. A manager is never given a case of their own team.",
        "line_manager_post": "The post_id of the post above. Empty only at the top.",
        "holder": "The person_id of who holds it. Empty while it is vacant.",
        "learning_space": "yes if the post does learning spaces, else no.",
        "dip_sample": "yes if the post does dip samples, else no.",
    },
    "cases": {
        "case_ref": "The case reference, written as [council] case_ref_pattern of the framework file says.",
        "function": "The function whose case it is.",
        "team": "The team that works with the family.",
        "practitioner": "The person_id of the practitioner; they hold a post of role practitioner.",
        "iro_post": "The post_id of the Independent Reviewing Officer; empty where there is none.",
    },
    "cover": {
        "post_id": "The post that is covered.",
        "deputy": "The person_id of who stands in.",
        "from": "The first day, 2026-12-31 or 31/12/2026.",
        "to": "The last day.",
    },
    "leave": {
        "person_id": "Who is away.",
        "from": "The first day, 2026-12-31 or 31/12/2026.",
        "to": "The last day.",
    },
}
"""What each column holds, in the words of docs/establishment.md and of the template."""


def write_template(folder: Path, framework: Framework) -> list[Path]:
    """The five sheets and the explanation, in a folder. Refusal, and nothing written, where one is there already."""
    files = [folder / f"{sheet}.csv" for sheet in COLUMNS] + [folder / EXPLAINED]
    there = [file.name for file in files if file.exists()]
    if there:
        raise Refusal(f"{folder} has {', '.join(there)} already. Give another folder: nothing is written over.")
    folder.mkdir(parents=True, exist_ok=True)
    rows = _example(framework)
    for sheet, columns in COLUMNS.items():
        with (folder / f"{sheet}.csv").open("w", encoding="utf-8-sig", newline="") as stream:  # so that Excel reads it
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(rows[sheet])
    (folder / EXPLAINED).write_text("\n".join(_explained(framework)) + "\n", encoding="utf-8")
    return files


def _example(framework: Framework) -> dict[str, list[tuple[str, ...]]]:
    """One line of a small council, from the Executive Director to a practitioner with two cases. All invented."""
    top, function = _home(framework), _function(framework)
    people = {
        "p-1": "Avery Exampleton",
        "p-2": "Blake Exampleton",
        "p-3": "Casey Exampleton",
        "p-4": "Devon Exampleton",
        "p-5": "Emery Exampleton",
        "p-6": "Frankie Exampleton",
        "p-7": "Gray Exampleton",
    }
    return {
        "people": [
            (key, name, f"{name.split()[0].lower()}@council.example", f"00000000-0000-4000-8000-{number:012}")
            for number, (key, name) in enumerate(people.items(), 1)
        ],
        "posts": [
            ("exec", "Executive Director", "executive_director", top, "Leadership", "", "p-1", "no", "no"),
            ("director", "Director", "director", top, "Leadership", "exec", "p-2", "yes", "yes"),
            ("qa-lead", "QA Lead", "qa_lead", top, "QA Team", "director", "p-3", "no", "no"),
            ("hos-1", "Head of Service", "head_of_service", function, "Service", "director", "p-4", "yes", "yes"),
            ("sm-1", "Senior Manager", "senior_manager", function, "Area North", "hos-1", "p-5", "yes", "yes"),
            ("tm-1", "Team Manager", "team_manager", function, "Team 1", "sm-1", "p-6", "yes", "yes"),
            ("tm-2", "Team Manager", "team_manager", function, "Team 2", "sm-1", "", "yes", "yes"),
            ("sw-1", "Social Worker", "practitioner", function, "Team 1", "tm-1", "p-7", "no", "no"),
        ],
        "cases": [
            ("NM-000001", function, "Team 1", "p-7", ""),
            ("NM-000002", function, "Team 1", "p-7", ""),
        ],
        "cover": [("tm-2", "p-6", "2026-12-01", "2026-12-31")],
        "leave": [("p-5", "2026-12-21", "2026-12-31")],
    }


def _explained(framework: Framework) -> Iterator[str]:
    yield "What each column holds. The rows in the sheets are an invented example: write your own over them."
    yield "Try it first, which changes nothing: python -m bot import THIS-FOLDER --dry-run"
    for sheet, columns in COLUMNS.items():
        yield ""
        yield f"{sheet}.csv: {SHEETS[sheet]}"
        width = max(map(len, columns))
        yield from (f"  {column:<{width}}  {means}" for column, means in columns.items())
    yield ""
    yield "Roles: " + ", ".join(role.key for role in framework.roles)
    yield "Functions: " + ", ".join(one.key for one in framework.functions if not one.home_only)
    yield "Homes, for posts that belong to no function: " + ", ".join(
        one.key for one in framework.functions if one.home_only
    )
    yield f"Case references: {framework.council.case_ref_pattern}"


def _home(framework: Framework) -> str:
    return next((one.key for one in framework.functions if one.home_only), framework.functions[0].key)


def _function(framework: Framework) -> str:
    return next(one.key for one in framework.functions if one.allocates and not one.home_only)
