"""The shell of the backup and restore jobs, against a real PostgreSQL: what it promises, and how it fails."""

import hashlib
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.assets.postgres_backup.conftest import database
from tests.assets.postgres_backup.scripts import OTHER_MAJOR, PROGRAMS, Scripts

pytestmark = pytest.mark.row("A10")


def test_a_backup_is_dumped_restored_for_proof_kept_and_restored_with_every_row(scripts: Scripts) -> None:
    name = scripts.back_up()
    assert scripts.kept() == [f"{name}.dump", f"{name}.rows", f"{name}.sha256"]
    rows = (Path(scripts.store) / f"{name}.rows").read_text().splitlines()
    assert rows == ["odd Schema.jobs; of 'all'|2", "public.people|500"]
    assert not (scripts.work / "verify").exists()

    scripts.next_job()
    empty = database(scripts.postgres)
    assert scripts.run("fetch.sh").code == 0
    said = scripts.run("restore.sh", {"PGDATABASE": empty})
    assert (said.code, said.error) == (0, "")
    assert f"{name}: restored into {empty}" in said.out
    assert scripts.postgres.rows("SELECT max(name) FROM people", database=empty) == [("person 99",)]


def test_rows_are_counted_in_the_snapshot_of_the_dump(scripts: Scripts) -> None:
    """A pg_dump that lets somebody write first: the dump and its count must not see that."""
    programs = scripts.work.parent / "bin"
    programs.mkdir()
    real = PROGRAMS / "pg_dump"
    (programs / "pg_dump").write_text(
        f'#!/bin/sh\n[ "$1" = --version ] || psql -Xqc "DELETE FROM people"\nexec {real} "$@"\n'
    )
    (programs / "pg_dump").chmod(0o755)
    said = scripts.run("dump.sh", path=programs)
    assert said.code == 0, said.error
    assert scripts.postgres.rows("SELECT count(*) FROM people", database=scripts.database) == [(0,)]
    (counted,) = scripts.work.glob("*.rows")
    assert "public.people|500" in counted.read_text()
    assert scripts.run("verify.sh").code == 0


def test_only_backups_that_are_old_and_not_among_the_newest_go(scripts: Scripts) -> None:
    for days in (100, 90, 40, 5):
        aged(scripts, days)
    name = scripts.back_up()
    assert backups_of(scripts) == [5, 0]
    assert f"{name}.sha256" in scripts.kept()


def test_the_newest_stay_however_old_they_are(scripts: Scripts) -> None:
    for days in (100, 90, 80):
        aged(scripts, days)
    scripts.environment["KEEP_AT_LEAST"] = "3"
    scripts.back_up()
    assert backups_of(scripts) == [90, 80, 0]


@pytest.mark.parametrize(
    ("script", "changed", "words"),
    [
        ("dump.sh", {"PGPASSWORD": "wrong"}, "password authentication failed"),
        ("dump.sh", {"PGHOST": "/nowhere"}, "no session on /nowhere"),
        ("dump.sh", {"PGDATABASE": "missing"}, 'database "missing" does not exist'),
    ],
)
def test_without_a_dump_nothing_is_kept(
    scripts: Scripts, script: str, changed: dict[str, str], words: str
) -> None:
    aged(scripts, 100)
    before = scripts.kept()
    said = scripts.run(script, changed)
    assert said.code != 0
    assert words in said.error
    assert scripts.run("keep.sh").code != 0
    assert scripts.kept() == before


def test_a_full_disk_leaves_no_dump_and_older_backups(scripts: Scripts) -> None:
    aged(scripts, 100)
    enlarge(scripts)
    said = scripts.run("dump.sh", limit_blocks=64)
    assert said.code != 0
    assert "no dump" in said.error
    assert not list(scripts.work.glob("*.dump"))
    assert scripts.run("keep.sh").code != 0
    assert backups_of(scripts) == [100]


def test_a_full_volume_keeps_older_backups_and_nothing_of_the_new_one(scripts: Scripts) -> None:
    aged(scripts, 5)
    enlarge(scripts)
    assert scripts.run("dump.sh").code == 0
    said = scripts.run("keep.sh", limit_blocks=64)
    assert said.code == 1
    assert "raise backup_job.storage, or lower backup_job.retention_days" in said.error
    assert backups_of(scripts) == [5]


@pytest.mark.parametrize(
    ("ages", "code", "left"), [((100, 90, 40), 0, [40, 0]), ((6, 5, 4), 1, [6, 5, 4])], ids=["expired", "not"]
)
def test_what_has_expired_makes_room_in_a_full_volume(
    scripts: Scripts, ages: tuple[int, ...], code: int, left: list[int]
) -> None:
    for days in ages:
        aged(scripts, days)
    full = f'[ "$(ls "$STORE" | wc -l)" -lt {3 * len(ages)} ] || {{ echo half >"$2"; exit 1; }}'
    assert scripts.run("dump.sh").code == 0
    assert scripts.run("keep.sh", path=copying(scripts, before=full)).code == code
    assert backups_of(scripts) == left


def test_a_store_that_gives_back_other_bytes_has_no_backup(scripts: Scripts) -> None:
    for days in (100, 90, 40):
        aged(scripts, days)
    assert scripts.run("dump.sh").code == 0
    changing = copying(scripts, after='case "$1" in "$STORE"/*) echo >>"$2" ;; esac')
    said = scripts.run("keep.sh", path=changing)
    assert said.code == 1
    assert "gave back something else" in said.error
    assert backups_of(scripts) == [100, 90, 40]


def test_what_killed_jobs_left_goes_and_what_another_job_writes_stays(scripts: Scripts) -> None:
    aged(scripts, 5)
    store = Path(scripts.store)
    for name in (".a-20260101T000000Z.dump", "a-20260101T000000Z.dump", "a-20260101T000000Z.rows"):
        (store / name).write_text("half")
    for each in store.iterdir():
        os.utime(each, (0, 0))
    written = ".b-20260101T000000Z.dump"
    (store / written).write_text("half")
    name = scripts.back_up()
    assert written in scripts.kept()
    (store / written).unlink()
    assert backups_of(scripts) == [5, 0]
    assert f"{name}.dump" in scripts.kept()


def test_a_dump_that_is_cut_short_is_not_kept(scripts: Scripts) -> None:
    assert scripts.run("dump.sh").code == 0
    (dump,) = scripts.work.glob("*.dump")
    dump.write_bytes(dump.read_bytes()[:-100])
    said = scripts.run("verify.sh")
    assert (said.code, "is not what was dumped" in said.error) == (1, True)


def test_a_dump_that_cannot_be_restored_is_not_kept(scripts: Scripts) -> None:
    assert scripts.run("dump.sh").code == 0
    (dump,) = scripts.work.glob("*.dump")
    dump.write_bytes(b"PGDMP" + bytes(200))
    dump.with_suffix(".sha256").write_text(f"{hashlib.sha256(dump.read_bytes()).hexdigest()}  {dump.name}\n")
    said = scripts.run("verify.sh")
    assert (said.code, "cannot be restored" in said.error) == (1, True)
    assert not (scripts.work / "verify").exists()


def test_missing_rows_are_noticed(scripts: Scripts) -> None:
    assert scripts.run("dump.sh").code == 0
    (rows,) = scripts.work.glob("*.rows")
    rows.write_text(rows.read_text().replace("people|500", "people|501"))
    said = scripts.run("verify.sh")
    assert said.code == 1
    assert "other numbers of rows than the backup: < public.people|501 > public.people|500" in said.error


def test_an_unreachable_store_leaves_older_backups(scripts: Scripts) -> None:
    aged(scripts, 100)
    assert scripts.run("dump.sh").code == 0
    said = scripts.run("keep.sh", {"STORE": "/nowhere"})
    assert said.code == 1
    assert "older backups are untouched" in said.error
    assert backups_of(scripts) == [100]


def test_a_database_with_tables_is_not_restored_into(scripts: Scripts) -> None:
    scripts.back_up()
    scripts.next_job()
    assert scripts.run("fetch.sh").code == 0
    said = scripts.run("restore.sh")
    assert said.code == 1
    assert "has tables already: odd Schema.jobs; of 'all' public.people" in said.error
    assert scripts.postgres.rows("SELECT count(*) FROM people", database=scripts.database) == [(500,)]


def test_a_damaged_backup_is_not_restored(scripts: Scripts) -> None:
    name = scripts.back_up()
    kept = Path(scripts.store) / f"{name}.dump"
    kept.write_bytes(kept.read_bytes()[:-1])
    scripts.next_job()
    said = scripts.run("fetch.sh")
    assert (said.code, "is damaged; take another backup" in said.error) == (1, True)


def test_an_unknown_backup_is_refused_with_those_that_there_are(scripts: Scripts) -> None:
    name = scripts.back_up()
    scripts.next_job()
    said = scripts.run("fetch.sh", {"BACKUP": "yesterday"})
    assert said.code == 1
    assert f"the backups are: {name}" in said.error


def test_a_store_without_a_whole_backup_has_none(scripts: Scripts) -> None:
    aged(scripts, 3)
    (whole,) = Path(scripts.store).glob("*.sha256")
    whole.unlink()
    said = scripts.run("fetch.sh")
    assert (said.code, "holds no backup" in said.error) == (1, True)


@pytest.mark.parametrize(("script", "program"), [("dump.sh", "pg_dump"), ("restore.sh", "pg_restore")])
def test_a_client_of_another_major_version_is_refused(scripts: Scripts, script: str, program: str) -> None:
    (scripts.work / "name").write_text("any\n")
    said = scripts.run(script, path=OTHER_MAJOR)
    assert said.code == 1
    assert f"{program} is of PostgreSQL 16 and the server of 18; use an image of the server's" in said.error


def enlarge(scripts: Scripts) -> None:
    with scripts.postgres.connect("postgres", database=scripts.database) as connection:
        connection.execute(
            b"INSERT INTO people (name) SELECT md5(random()::text) FROM generate_series(1, 20000)"
        )


def copying(scripts: Scripts, *, before: str = "", after: str = "") -> Path:
    """A folder with a `cp` that does something before or after."""
    programs = scripts.work.parent / "bin"
    programs.mkdir()
    (programs / "cp").write_text(f'#!/bin/sh\n{before}\n{shutil.which("cp")} "$@" || exit\n{after}\n')
    (programs / "cp").chmod(0o755)
    return programs


def aged(scripts: Scripts, days: int) -> None:
    """A whole backup of so many days ago."""
    taken = datetime.now(UTC) - timedelta(days=days, minutes=1)
    for part in ("dump", "rows", "sha256"):
        (Path(scripts.store) / f"{scripts.database}-{taken:%Y%m%dT%H%M%SZ}.{part}").write_text("old")


def backups_of(scripts: Scripts) -> list[int]:
    """The ages in days of the whole backups; half a backup fails."""
    ages = []
    for whole in sorted(Path(scripts.store).glob("*.sha256")):
        assert whole.with_suffix(".dump").exists()
        taken = datetime.strptime(whole.stem.rpartition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        ages.append((datetime.now(UTC) - taken).days)
    assert len(scripts.kept()) == 3 * len(ages)
    return ages
