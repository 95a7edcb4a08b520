"""The Teams app package against Microsoft's own schemas, and what the schemas do not check."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft4Validator
from PIL import Image

from dialogs.front_door.front_door import COMMANDS, FOR_THE_QA_TEAM, help_message
from dialogs.understand.understanding import understand
from manifest.icons import colour, draw, outline
from manifest.package import LAGGING_SCHEMA, NEWEST_SCHEMA, SCHEMAS, AppFacts, ManifestError, build, manifest

ROOT = Path(__file__).parents[2]
MICROSOFT = ROOT / "node_modules" / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"

FACTS = AppFacts(
    bot_id="7c1f6f0e-93b7-4a53-9f4c-0b1f5e5f2a10",
    developer="Northmoor Council",
    website="https://northmoor.example/learning-space-bot",
    privacy="https://northmoor.example/learning-space-bot/privacy",
    terms="https://northmoor.example/learning-space-bot/terms",
)


def microsofts_schema(version: str) -> dict[str, object]:
    path = MICROSOFT / f"v{version}" / "MicrosoftTeams.schema.json"
    if not path.exists():
        pytest.skip("Microsoft's schemas come with npm; run make test with Node 18 or newer")
    return json.loads(path.read_text())


@pytest.mark.parametrize("version", SCHEMAS)
def test_microsofts_own_schema_accepts_the_manifest(version: str) -> None:
    schema = microsofts_schema(version)
    assert [error.message for error in Draft4Validator(schema).iter_errors(manifest(FACTS, version))] == []


def test_the_newest_schema_microsoft_ships_is_the_one_we_build_for() -> None:
    microsofts_schema(NEWEST_SCHEMA)
    versions = [path.name[1:] for path in MICROSOFT.iterdir() if path.name[1:].replace(".", "").isdigit()]
    assert max(versions, key=lambda version: [int(part) for part in version.split(".")]) == NEWEST_SCHEMA


def test_the_schema_would_refuse_a_manifest_with_a_misspelt_property() -> None:
    wrong = manifest(FACTS) | {"packageName": "northmoor.bot"}
    assert list(Draft4Validator(microsofts_schema(NEWEST_SCHEMA)).iter_errors(wrong))


def test_the_three_files_lie_at_the_root_of_the_zip_and_the_manifest_names_them() -> None:
    with zipfile.ZipFile(io.BytesIO(build(FACTS))) as package:
        names = package.namelist()
        told = json.loads(package.read("manifest.json"))
    assert names == ["manifest.json", "color.png", "outline.png"]
    assert {told["icons"]["color"], told["icons"]["outline"]} == {"color.png", "outline.png"}


def test_what_teams_offers_to_everybody_is_what_anybody_may_type_and_is_understood() -> None:
    lists = {tuple(one["scopes"]): one["commands"] for one in manifest(FACTS)["bots"][0]["commandLists"]}
    offered = [command["title"] for command in lists[("personal",)]]
    assert offered == ["list", "actions", "extension", "find", "help"]
    helped = {command.typed.split()[0]: command for command in (*COMMANDS, *FOR_THE_QA_TEAM)}
    for title in offered:
        assert understand(title, date(2026, 12, 1)).kind != "unknown"
        assert title == "help" or not helped[title].only_for, f"{title} is for some alone"
    assert all(len(command["title"]) <= 32 for commands in lists.values() for command in commands)


@pytest.mark.parametrize(("roles", "offers"), [(["qa_lead"], True), (["team_manager"], False), (["qa_officer"], False)])
def test_allocating_a_month_is_offered_to_whoever_may_do_it(roles: list[str], *, offers: bool) -> None:
    assert ("allocate December 2026" in help_message(roles).text) is offers


def test_the_icons_have_the_sizes_teams_demands() -> None:
    with zipfile.ZipFile(io.BytesIO(build(FACTS))) as package:
        colour_icon = Image.open(io.BytesIO(package.read("color.png")))
        outline_icon = Image.open(io.BytesIO(package.read("outline.png")))
    assert (colour_icon.format, colour_icon.size) == ("PNG", (192, 192))
    assert (outline_icon.format, outline_icon.size) == ("PNG", (32, 32))


def test_the_outline_icon_is_white_on_a_transparent_ground() -> None:
    pixels = outline().get_flattened_data()
    assert all(pixel[:3] == (255, 255, 255) for pixel in pixels if pixel[3])
    assert {pixel[3] for pixel in pixels} >= {0, 255}


def test_the_icons_in_the_tree_are_the_ones_the_script_draws(tmp_path: Path) -> None:
    draw(tmp_path)
    for name, fresh in (("color.png", colour()), ("outline.png", outline())):
        with Image.open(ROOT / "manifest" / name) as kept, Image.open(tmp_path / name) as drawn:
            assert kept.convert("RGBA").tobytes() == drawn.convert("RGBA").tobytes() == fresh.tobytes()


def test_the_bot_the_sign_in_and_the_resource_name_the_same_application() -> None:
    told = manifest(FACTS)
    assert told["bots"][0]["botId"] == told["webApplicationInfo"]["id"] == FACTS.bot_id
    assert told["webApplicationInfo"]["resource"].endswith(FACTS.bot_id)
    assert told["id"] != FACTS.bot_id


def test_building_twice_gives_the_same_bytes_and_another_council_another_app() -> None:
    assert build(FACTS) == build(FACTS)
    other = replace(FACTS, bot_id="11111111-93b7-4a53-9f4c-0b1f5e5f2a10")
    assert other.app_id != FACTS.app_id


def test_the_bot_serves_private_chats_and_teams_and_every_command_title_fits_old_clients() -> None:
    bot = manifest(FACTS, LAGGING_SCHEMA)["bots"][0]
    assert bot["scopes"] == ["personal", "team"]
    titles = [command["title"] for commands in bot["commandLists"] for command in commands["commands"]]
    assert titles and all(len(title) <= 32 for title in titles)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"bot_id": "not-a-guid"}, "BOT_APP_ID"),
        ({"bot_id": ""}, "BOT_APP_ID"),
        ({"developer": ""}, "1 to 32"),
        ({"developer": "N" * 33}, "1 to 32"),
        ({"privacy": "http://northmoor.example"}, "https://"),
    ],
)
def test_a_wrong_fact_is_refused_with_what_to_do(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(ManifestError, match=says):
        build(replace(FACTS, **wrong))


def test_an_unknown_schema_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(ManifestError, match=NEWEST_SCHEMA):
        build(FACTS, "9.99")
