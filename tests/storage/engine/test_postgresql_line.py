"""The line to PostgreSQL: encrypted and checked to any other machine; a role without rights is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from storage.council import meta
from storage.engine.database import Database
from storage.engine.errors import Forbidden, Unsuitable
from storage.engine.postgresql_line import connect_arguments, timeouts
from tests.databases import PostgresqlServer, database_name
from tests.storage.use_cases import keys, write_down


def asked_of(address: str) -> dict[str, object]:
    return connect_arguments(make_url(address), timeouts(10))


@pytest.fixture(autouse=True)
def no_certificates_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PGSSLROOTCERT", "PGSSLMODE", "PGHOST", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://bot@db.council.gov.uk/qa",
        "postgresql://bot@10.0.0.5/qa",
        "postgresql://bot@/qa?host=db1,localhost",
    ],
)
def test_another_machine_is_reached_only_with_its_certificate_checked(address: str) -> None:
    asked = asked_of(address)
    assert (asked["sslmode"], asked["sslrootcert"]) == ("verify-full", "system")


@pytest.mark.parametrize(
    "address",
    ["postgresql://bot@/qa?host=/run/postgresql", "postgresql://bot@localhost/qa", "postgresql://bot@[::1]/qa"],
)
def test_this_machine_may_be_reached_as_the_address_says(address: str) -> None:
    assert "sslmode" not in asked_of(address)


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_a_weaker_line_to_another_machine_is_refused_in_words(mode: str) -> None:
    with pytest.raises(Unsuitable, match=f"sslmode={mode} would let anybody between"):
        Database.open(f"postgresql://bot@db.council.gov.uk/qa?sslmode={mode}")


def test_the_environment_neither_hides_the_other_machine_nor_weakens_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.council.gov.uk")
    monkeypatch.setenv("PGSSLMODE", "disable")
    assert asked_of("postgresql:///qa")["sslmode"] == "verify-full"


def test_a_councils_own_authority_is_used_where_one_is_given(tmp_path: Path) -> None:
    given = asked_of("postgresql://bot@db.council.gov.uk/qa?sslrootcert=/etc/council.pem")
    assert "sslrootcert" not in given, "what the address says stands"
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").touch()
    assert "sslrootcert" not in asked_of("postgresql://bot@db.council.gov.uk/qa")


@pytest.fixture
def as_role(postgresql_server: PostgresqlServer, postgresql_url: str) -> Iterator[str]:
    """The address of a migrated database for a role that has been given nothing yet."""
    name = database_name(postgresql_url)
    postgresql_server.execute("CREATE ROLE worker LOGIN", name)
    yield postgresql_url.replace("bot@", "worker@")
    postgresql_server.execute("DROP OWNED BY worker", name)
    postgresql_server.execute("DROP ROLE worker")


@pytest.mark.postgresql
def test_a_role_without_rights_is_told_in_one_sentence(as_role: str) -> None:
    with pytest.raises(Forbidden, match="lacks a right") as refused:
        Database.open(as_role)
    assert "\n" not in str(refused.value) and "alembic_version" in str(refused.value)


@pytest.mark.postgresql
def test_the_rights_the_deployment_page_names_are_all_a_running_bot_needs_and_no_more_than_that(
    postgresql_server: PostgresqlServer, as_role: str
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "deployment.md").read_text(encoding="utf-8")
    grants = page.partition("```sql\n")[2].partition("```")[0]
    grants = grants.replace("qa_bot_owner", "bot").replace("qa_bot", "worker")
    given = [line for line in grants.splitlines() if line.startswith(("GRANT SELECT", "GRANT USAGE"))]
    assert len(given) == 3, "what a running bot may do stands on the page"
    for line in given:
        postgresql_server.execute(line, database_name(as_role))
    with Database.open(as_role) as database:
        database.write_now(write_down, "a fact")
        database.write_now(meta.save, "a fact", "changed")
        assert "a fact" in database.read_now(keys)
        with pytest.raises(Forbidden):
            database.write_now(lambda session: session.connection.exec_driver_sql("CREATE TABLE more (id int)"))
