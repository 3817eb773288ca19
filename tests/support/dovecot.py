"""Is there a real IMAP server? Debian's dovecot, if it is installed, for one test on loopback."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engines.ports import free_ports

PATIENCE_SECONDS = 10.0
PASSWORD = "s3cret"
USER = "relance"


@dataclass(frozen=True)
class Dovecot:
    """A running server with one mailbox.

    Attributes:
        maildir: the folder of the mailbox.
        owner: whom its files belong to.
    """

    port: int
    maildir: Path
    owner: tuple[int, int]

    def deliver(self, name: str, raw: bytes) -> None:
        """Put a message into the mailbox, as a mail server does."""
        path = self.maildir / "tmp" / name
        path.write_bytes(raw)
        os.chown(path, *self.owner)
        path.rename(self.maildir / "new" / name)

    def renumber(self) -> None:
        """Forget every UID, as after a restore: the messages stay, UIDVALIDITY changes."""
        numbers = self.maildir / "dovecot-uidlist"
        head = numbers.read_text("utf-8").partition("\n")[0]
        for path in self.maildir.glob("dovecot*"):
            path.unlink()
        other = re.sub(r"V(\d+)", lambda found: f"V{int(found.group(1)) + 1000}", head)
        numbers.write_text(f"{other}\n", "utf-8")
        os.chown(numbers, *self.owner)

    def touched(self) -> list[str]:
        """The messages that are new no more: somebody has opened the mailbox to change it."""
        return [path.name for path in sorted(self.maildir.glob("cur/*"))]


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Serve while the block runs; skips the test, with the reason, where it cannot."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/sbin")
    if program is None:
        pytest.skip("dovecot is not installed here: apt-get install dovecot-imapd")
    as_root = os.geteuid() == 0
    who = pwd.getpwnam("nobody") if as_root else pwd.getpwuid(os.geteuid())
    # Its sockets need a short path, and its own user must reach the mail.
    with tempfile.TemporaryDirectory(prefix="imap-") as name:
        folder, port = Path(name), free_ports(1)[0]
        folder.chmod(0o755)
        maildir = folder / "mail" / USER
        for part in ("new", "cur", "tmp"):
            (maildir / part).mkdir(parents=True)
        for path in (maildir.parent, maildir, *maildir.iterdir()):
            os.chown(path, who.pw_uid, who.pw_gid)
        (folder / "dovecot.conf").write_text(_settings(folder, port, who), "utf-8")
        server = subprocess.Popen(
            [program, "-F", "-c", str(folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, server, folder / "log")
            yield Dovecot(port, maildir, (who.pw_uid, who.pw_gid))
        finally:
            server.terminate()
            server.wait(PATIENCE_SECONDS)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            if line.recv(4) == b"* OK":
                return
        time.sleep(0.05)
    said = log.read_text("utf-8", "replace")[-500:] if log.exists() else "nothing"
    pytest.skip(f"dovecot does not start here: {said}")


def _settings(folder: Path, port: int, who: pwd.struct_passwd) -> str:
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {who.pw_name}
default_login_user = {who.pw_name}
default_internal_group = {_group(who)}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={who.pw_uid} gid={who.pw_gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def _group(who: pwd.struct_passwd) -> str:
    import grp  # noqa: PLC0415 - only where there are groups

    return grp.getgrgid(who.pw_gid).gr_name
