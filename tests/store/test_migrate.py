"""Does every database come to today's shape, once?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store import queries as queries_module
from store.migrate import FOLDER, MigrationError, migrate
from store.pool import open_owner
from store.queries import queries
from tests.support.engines import fresh_database


@pytest.fixture
async def empty(postgres: str) -> AsyncIterator[str]:
    """A database with nothing in it."""
    async with fresh_database(postgres) as dsn:
        yield dsn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations of a test's own."""
    (tmp_path / "0001_first.sql").write_text("create table first (id int);")
    (tmp_path / "0002_second.sql").write_text("create table second (id int);")
    (tmp_path / "notes.txt").write_text("not a migration")
    return tmp_path


async def test_each_migration_runs_once(migrated: str, empty: str) -> None:
    """An empty database gets everything; one of today's shape gets nothing."""
    assert await migrate(empty) == sorted(file.name for file in FOLDER.glob("*.sql"))
    assert await migrate(empty) == []


async def test_of_four_at_a_time_one_migrates(migrated: str, empty: str) -> None:
    """Four services start at once on an empty database: one migrates, the others wait for it."""
    applied = await asyncio.gather(*(migrate(empty) for _ in range(4)))
    assert sorted(len(names) for names in applied) == [0, 0, 0, len(list(FOLDER.glob("*.sql")))]


async def test_a_new_migration_follows(migrated: str, empty: str, folder: Path) -> None:
    """What a release adds is applied, and nothing else."""
    assert await migrate(empty, folder) == ["0001_first.sql", "0002_second.sql"]
    (folder / "0003_third.sql").write_text("create table third (id int);")
    assert await migrate(empty, folder) == ["0003_third.sql"]


async def test_an_edited_migration_is_refused(migrated: str, empty: str, folder: Path) -> None:
    """A file that was changed after it ran says nothing about the database any more."""
    await migrate(empty, folder)
    (folder / "0001_first.sql").write_text("create table first (id bigint);")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed after it ran"):
        await migrate(empty, folder)


async def test_a_migration_out_of_order_is_refused(migrated: str, empty: str, folder: Path) -> None:
    """Two branches that both added a file are put in order by a person."""
    await migrate(empty, folder)
    (folder / "0001b_between.sql").write_text("create table between_them (id int);")
    with pytest.raises(MigrationError, match=r"0001b_between\.sql sorts before 0002_second"):
        await migrate(empty, folder)


async def test_a_failing_migration_leaves_nothing_of_itself(
    migrated: str, empty: str, folder: Path
) -> None:
    """What ran before it stays, its own first half does not, and mending it is enough."""
    broken = folder / "0003_third.sql"
    broken.write_text("create table third (id int); select no_such_function();")
    with pytest.raises(Exception, match="no_such_function"):
        await migrate(empty, folder)
    async with open_owner(empty) as owner:
        assert await owner.fetchval("select to_regclass('second') is not null")
        assert await owner.fetchval("select to_regclass('third') is null")
    broken.write_text("create table third (id int);")
    assert await migrate(empty, folder) == ["0003_third.sql"]


def test_queries_have_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query is found by the name in its head; two of one name are a mistake."""
    monkeypatch.setattr(queries_module, "_FOLDER", tmp_path)
    (tmp_path / "good_ones.sql").write_text(
        "-- name: one\nselect 1;\n\n-- name: two\n-- why\nselect 2;\n"
    )
    (tmp_path / "twice.sql").write_text("-- name: one\nselect 1;\n-- name: one\nselect 2;\n")
    assert queries("good_ones") == {"one": "select 1;", "two": "-- why\nselect 2;"}
    with pytest.raises(ValueError, match=r"twice\.sql names two queries alike"):
        queries("twice")
    with pytest.raises(FileNotFoundError):
        queries("none_such")


def test_every_query_of_the_house_can_be_read() -> None:
    """No file of queries has two of one name, and none is empty."""
    folder = Path(queries_module.__file__).parent / "sql"
    for file in folder.glob("*.sql"):
        assert all(queries(file.stem).values()), file.name
