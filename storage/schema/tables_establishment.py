"""The tables of the establishment: people, posts, cases, cover, leave."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from storage.engine.metadata import metadata

people = Table(
    "people",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("email", String(320), nullable=False),
    Column("entra_object_id", String(80), nullable=False, server_default=""),
)
Index("ix_people_entra", people.c.entra_object_id)

posts = Table(
    "posts",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("title", String(300), nullable=False),
    Column("role", String(60), nullable=False),
    Column("function", String(60), nullable=False),
    Column("team", String(200), nullable=False),
    Column("line_manager_post", String(80), nullable=False, server_default=""),
    Column("holder", String(80), nullable=False, server_default=""),
    Column("learning_space", Boolean, nullable=False),
    Column("dip_sample", Boolean, nullable=False),
    Index("ix_posts_holder", "holder"),
)

cases = Table(
    "cases",
    metadata,
    Column("ref", String(80), primary_key=True),
    Column("function", String(60), nullable=False),
    Column("team", String(200), nullable=False),
    Column("practitioner", String(80), nullable=False),
    Column("iro_post", String(80), nullable=False, server_default=""),
)

cover = Table(
    "cover",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("post", String(80), nullable=False),
    Column("deputy", String(80), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
)

leave = Table(
    "leave",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person", String(80), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
)

# Small facts about the whole council: 'establishment_version', 'framework_version', ...
meta = Table(
    "meta",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)
