"""What does a file say? Recognised, read, and gathered; an archive is read file by file."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO

from schemas.bank import (
    BankFile,
    BankStatement,
    BankTransaction,
    FileFormat,
    Notice,
    Quarantined,
    RefusedFile,
)
from schemas.csv_profile import CsvProfile
from statements.camt import read_camt
from statements.cfonb import read_cfonb
from statements.csv_profiles import shipped_profiles
from statements.csv_statement import read_csv
from statements.errors import NotABankFileError
from statements.gathering import Piece, chain_notices
from statements.ofx import read_ofx
from statements.open_banking import read_open_banking
from statements.recognise import READABLE, Recognised, recognise
from statements.swift import read_swift


@dataclass(frozen=True)
class Limits:
    """How much may be read; beyond, a file is refused before anything in it is.

    Attributes:
        archive_ratio: how many times its packed size a member larger than a mebibyte may be.
    """

    file_bytes: int = 512 << 20
    archive_files: int = 2000
    archive_bytes: int = 1 << 30
    archive_ratio: int = 250


STANDARD = Limits()


def read_bank_file(
    content: bytes,
    name: str = "",
    *,
    limits: Limits = STANDARD,
    profiles: Sequence[CsvProfile] = (),
) -> BankFile:
    """Read a file that is no archive, whole.

    Args:
        content: its bytes.
        name: for people; it decides nothing.
        limits: how much may be read.
        profiles: of CSV banks; those that come with Relance when none are given.

    Raises:
        NotABankFileError: when it is no bank statement; the words say what it looks like.
    """
    recognised, pieces = open_bank_file(content, limits=limits, profiles=profiles)
    statements: list[BankStatement] = []
    transactions: list[BankTransaction] = []
    quarantined: list[Quarantined] = []
    notices: list[Notice] = []
    for piece in pieces:
        match piece:
            case BankTransaction():
                transactions.append(piece)
            case BankStatement():
                statements.append(piece)
            case Quarantined():
                quarantined.append(piece)
            case Notice():
                notices.append(piece)
    # What undoes something comes last in its statement; here everything stands in its place.
    transactions.sort(key=lambda one: (one.statement, one.entry, one.detail))
    notices.extend(chain_notices(statements))
    return BankFile(
        name=name,
        format=recognised.format,
        version=recognised.version,
        encoding=recognised.encoding or "",
        sha256=hashlib.sha256(content).hexdigest(),
        statements=tuple(statements),
        transactions=tuple(transactions),
        quarantined=tuple(quarantined),
        notices=tuple(notices),
    )


def open_bank_file(
    content: bytes, *, limits: Limits = STANDARD, profiles: Sequence[CsvProfile] = ()
) -> tuple[Recognised, Iterator[Piece]]:
    """Recognise a file and begin to read it, piece by piece, in bounded memory.

    Raises:
        NotABankFileError: as ``read_bank_file``.
    """
    if len(content) > limits.file_bytes:
        raise NotABankFileError(
            f"the file has {len(content)} bytes; more than {limits.file_bytes} are not read"
        )
    if is_archive(content):
        raise NotABankFileError("this is a zip archive inside an archive, which is not opened")
    recognised = recognise(content)
    return _pieces(content, recognised, profiles or shipped_profiles())


def _pieces(
    content: bytes, recognised: Recognised, profiles: Sequence[CsvProfile]
) -> tuple[Recognised, Iterator[Piece]]:
    if recognised.format is FileFormat.CSV:
        name, pieces = read_csv(content, recognised.encoding or "utf-8", profiles)
        return replace(recognised, version=name), pieces
    return recognised, _read(content, recognised)


def _read(content: bytes, recognised: Recognised) -> Iterator[Piece]:
    match recognised.format:
        case FileFormat.CAMT_052 | FileFormat.CAMT_053 | FileFormat.CAMT_054:
            return read_camt(content.lstrip(b" \t\r\n"), recognised.encoding)
        case FileFormat.CFONB_120:
            return read_cfonb(content, recognised.encoding or "utf-8")
        case FileFormat.MT940 | FileFormat.MT942:
            return read_swift(content, recognised.encoding or "utf-8", recognised.format)
        case FileFormat.OFX:
            return read_ofx(content, recognised.encoding or "utf-8")
        case FileFormat.OPEN_BANKING:
            return read_open_banking(content, recognised.encoding or "utf-8")
        case _:
            raise NotABankFileError(f"{recognised.format} cannot be read; expected {READABLE}")


def is_archive(content: bytes) -> bool:
    """Whether the bytes are a zip archive."""
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def unpacked(
    content: bytes, name: str = "", *, limits: Limits = STANDARD
) -> Iterator[tuple[bytes, str]]:
    """The bytes and name of a file, or of every file in a zip archive, one after the other.

    Raises:
        NotABankFileError: when an archive cannot be read, or may not be.
    """
    if not is_archive(content):
        yield content, name
        return
    try:
        yield from _members(content, name, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise NotABankFileError(f"this zip archive cannot be read: {error}") from error


def read_bank_files(
    content: bytes,
    name: str = "",
    *,
    limits: Limits = STANDARD,
    profiles: Sequence[CsvProfile] = (),
) -> Iterator[BankFile | RefusedFile]:
    """Read a file, or every file of a zip archive; a refused one does not hide the others.

    Args:
        content: the bytes.
        name: for people; it decides nothing.
        limits: how much may be read.
        profiles: of CSV banks; those that come with Relance when none are given.
    """
    read = partial(_read_or_refused, limits=limits, profiles=profiles)
    try:
        for inner, inner_name in unpacked(content, name, limits=limits):
            yield read(inner, inner_name)
    except NotABankFileError as error:
        yield RefusedFile(name=name, reason=str(error))


def _read_or_refused(
    content: bytes, name: str, *, limits: Limits, profiles: Sequence[CsvProfile]
) -> BankFile | RefusedFile:
    try:
        return read_bank_file(content, name, limits=limits, profiles=profiles)
    except NotABankFileError as error:
        return RefusedFile(name=name, reason=str(error))


def _members(content: bytes, name: str, limits: Limits) -> Iterator[tuple[bytes, str]]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = [one for one in archive.infolist() if _is_wanted(one)]
        _refuse_hostile(members, limits)
        if not members:
            raise NotABankFileError("this zip archive has no files")
        for member in members:
            with archive.open(member) as packed:
                # The directory may lie about sizes; what comes out is what counts.
                inner = packed.read(limits.file_bytes + 1)
            yield inner, f"{name}/{member.filename}"


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    own = member.filename.rpartition("/")[2]
    return (
        not member.filename.endswith("/")
        and not own.startswith(".")
        and "__MACOSX/" not in member.filename
    )


def _refuse_hostile(members: Sequence[zipfile.ZipInfo], limits: Limits) -> None:
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names:
        raise NotABankFileError(f"this is an Excel or Word file; save it as CSV, or use {READABLE}")
    if len(members) > limits.archive_files:
        raise NotABankFileError(
            f"this zip archive has {len(members)} files; more than {limits.archive_files} are not "
            "read"
        )
    if sum(member.file_size for member in members) > limits.archive_bytes:
        raise NotABankFileError(
            f"this zip archive unpacks to more than {limits.archive_bytes} bytes"
        )
    for member in members:
        packed = max(member.compress_size, 1)
        if member.file_size > 1 << 20 and member.file_size / packed > limits.archive_ratio:
            raise NotABankFileError(
                f"{member.filename} unpacks to {member.file_size // packed} times its size; more "
                f"than {limits.archive_ratio} times is not read"
            )
