"""The schema's history. `REVISIONS` names every step in order, so that a start-up need not load Alembic to know."""

REVISIONS: tuple[str, ...] = (
    "2026_11_23_0001",
    "2026_11_23_0002",
    "2026_11_23_0003",
    "2026_11_23_0004",
    "2026_11_23_0005",
    "2026_11_23_0006",
    "2026_11_23_0007",
    "2026_11_30_0008",
    "2026_11_30_0009",
    "2026_11_30_0010",
    "2026_11_30_0011",
    "2026_11_30_0012",
    "2026_11_30_0013",
    "2026_11_30_0014",
    "2026_11_30_0015",
    "2026_11_30_0016",
    "2026_11_30_0017",
    "2026_11_30_0018",
    "2026_11_30_0019",
    "2026_11_30_0020",
)
"""Oldest first; the last one is what this version of the bot writes to."""

NEEDS = "schema_needs"
"""The fact that holds the newest step that an older bot cannot work beside; one that knows it may go on."""
ANNOUNCED = "schema_announced"
"""The fact that holds until when a breaking upgrade is under way, so that every running bot ends in good order."""
