"""What does a hostile or broken file do? It is refused or quarantined; never more."""

from __future__ import annotations

import io
import zipfile

import pytest

from schemas.bank import BankFile, RefusedFile
from statements.errors import NotABankFileError
from statements.reader import Limits, read_bank_file, read_bank_files
from tests.statements.reading import sample


@pytest.mark.parametrize(
    "doctype",
    [
        b"<!DOCTYPE Document>",
        b'<!DOCTYPE Document [<!ENTITY a "hidden">]>',
        b'<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_doctype_is_refused(doctype: bytes) -> None:
    """No DOCTYPE is read, whatever it declares, since its entities can hide text."""
    content = sample("batch.camt.xml").replace(b"<Document", doctype + b"<Document", 1)
    with pytest.raises(NotABankFileError, match="DOCTYPE"):
        read_bank_file(content)
    with pytest.raises(NotABankFileError, match="DOCTYPE"):
        read_bank_file(content.decode().replace('encoding="UTF-8"', "").encode("utf-16"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 x", "PDF"),
        (b"\xd0\xcf\x11\xe0 x", "Excel"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>', "pain.001.001.09"),
        (b"<html><body>Session expired</body></html>", "<html>"),
        (b"<<<<", "cannot be read"),
        (b'{"error": "not found"}', "no list of transactions"),
        (b"[" * 100_000, "cannot be read"),
        (b"Bonjour\n", "begins with 'Bonjour"),
        (b"!Type:Bank\nD10/04/2026\n", "QIF"),
        (b"31" + b"0" * 238 + b"\n", "CFONB 240"),
    ],
)
def test_file_that_is_no_statement_is_refused_by_name(content: bytes, words: str) -> None:
    """A file that cannot be read is refused with what it looks like."""
    with pytest.raises(NotABankFileError, match=words):
        read_bank_file(content)


def archive(files: dict[str, bytes]) -> bytes:
    """A zip of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return target.getvalue()


def test_archive_is_read_file_by_file() -> None:
    """A refused file in an archive does not hide the others."""
    content = archive({"a.xml": sample("batch.camt.xml"), "note.txt": b"Bonjour"})
    first, second = read_bank_files(content, "files.zip")
    assert isinstance(first, BankFile)
    assert first.name == "files.zip/a.xml"
    assert isinstance(second, RefusedFile)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"bomb.xml": b" " * (4 << 20)}, "times its size"),
        ({"inner.zip": archive({"a": b"b"})}, "inside an archive"),
        ({"[Content_Types].xml": b"<a/>"}, "Excel"),
        ({}, "no files"),
        ({str(number): b"" for number in range(6)}, "has 6 files"),
    ],
)
def test_hostile_archive_is_refused(files: dict[str, bytes], words: str) -> None:
    """Bombs, nests and crowds are not unpacked."""
    (found,) = read_bank_files(archive(files), "x.zip", limits=Limits(archive_files=5))
    assert isinstance(found, RefusedFile)
    assert words in found.reason


def test_damaged_archive_is_refused() -> None:
    """An archive cut short is refused in words."""
    (found,) = read_bank_files(archive({"a.xml": sample("batch.camt.xml")})[:-30], "x.zip")
    assert isinstance(found, RefusedFile)


def test_file_that_is_too_large_is_refused() -> None:
    """Size is asked before anything is parsed."""
    with pytest.raises(NotABankFileError, match="more than 10 are not read"):
        read_bank_file(sample("batch.camt.xml"), limits=Limits(file_bytes=10))


def test_element_named_like_an_attribute_breaks_nothing_off_unsaid() -> None:
    """A currency that is both an attribute and an element ends the reading at that place, aloud."""
    content = sample("batch.camt.xml").replace(b"</Amt>", b"<Ccy>EUR</Ccy></Amt>", 1)
    read = read_bank_file(content)
    assert "at once" in read.quarantined[-1].reason


def test_encoding_that_nobody_reads_is_refused() -> None:
    """A file that declares an encoding of several bytes which no XML reader knows is refused."""
    content = sample("batch.camt.xml").replace(b"UTF-8", b"shift_jis", 1)
    with pytest.raises(NotABankFileError):
        read_bank_file(content)


def test_number_beyond_all_numbers_is_refused() -> None:
    """A JSON number with an exponent of forty digits is no amount, and no crash."""
    content = sample("plain.json").replace(
        b'"transactions"', b'"x": 1E' + b"9" * 40 + b', "transactions"', 1
    )
    with pytest.raises(NotABankFileError, match="cannot be read"):
        read_bank_file(content)
