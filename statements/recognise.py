"""Which format is it? Told from what the file says, never from its name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemas.bank import FileFormat
from statements.errors import NotABankFileError
from statements.values import shown
from statements.xml_stream import declared_encoding, is_utf8, probe

READABLE = (
    "camt.052, camt.053, camt.054, CFONB 120, MT940, MT942, OFX/QFX, CSV of a known bank, "
    "open banking JSON, or a zip of these"
)
HEAD_BYTES = 1 << 16

_BINARY = (
    (b"%PDF", "a PDF; ask the bank for a machine-readable statement"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file; save it as CSV"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"SQLite format", "a database"),
)
_SWIFT_BLOCK = re.compile(r"\{[1-5]:")
_SWIFT_FIELD = re.compile(r"(?m)^\s?:(?:20|25|28C?|60[FM]|61|62[FM]|13D?|34F):")
_CFONB_120 = re.compile(r"0[147][0-9A-Z ]{5}.{4}[0-9A-Z ]{5}", re.IGNORECASE)
_CFONB_240 = re.compile(r"3[149][0-9A-Z ]{20}", re.IGNORECASE)
_CODA = re.compile(r"0000\d{6}\d{3}")
_MESSAGE = re.compile(r"(BkToCstmrAcctRpt|BkToCstmrStmt|BkToCstmrDbtCdtNtfctn)(?:V\d+)?")
_MESSAGES = {
    "BkToCstmrAcctRpt": FileFormat.CAMT_052,
    "BkToCstmrStmt": FileFormat.CAMT_053,
    "BkToCstmrDbtCdtNtfctn": FileFormat.CAMT_054,
}


@dataclass(frozen=True)
class Recognised:
    """What a file is.

    Attributes:
        version: of the format, where the file says it.
        encoding: the bytes' own; for XML only where the file declares a wrong one.
    """

    format: FileFormat
    version: str = ""
    encoding: str | None = None


def recognise(content: bytes) -> Recognised:
    """Tell the format of a file.

    Raises:
        NotABankFileError: with what it looks like, when it is nothing that can be read.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise NotABankFileError("the file is empty")
    for beginning, words in _BINARY:
        if content.startswith(beginning):
            raise NotABankFileError(f"this is {words}; expected {READABLE}")
    head = head_text(content)
    start = head.lstrip("\ufeff \t\r\n")
    if "<OFX>" in head.upper() or "OFXHEADER" in head.upper():
        return Recognised(FileFormat.OFX, ofx_version(content), text_encoding(content))
    if start.startswith("<"):
        return _xml(content)
    return _text(content, head, start)


def ofx_version(content: bytes) -> str:
    """The version that an OFX header names: ``102``, ``211``; empty without a header."""
    found = re.search(rb'VERSION\s*[:=]\s*"?(\d{3})', content[:4096])
    return found.group(1).decode() if found else ""


def head_text(content: bytes) -> str:
    """The beginning of a file as text, in whatever encoding it is."""
    head = content[:HEAD_BYTES]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", "replace")
    if head[:4].count(b"\x00") == 2:
        return head.decode("utf-16-le" if head[1:2] == b"\x00" else "utf-16-be", "replace")
    return head.decode("utf-8", "replace")


def text_encoding(content: bytes) -> str:
    """The encoding of a text file; what is not UTF is what Windows wrote in Western Europe."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "utf-8-sig" if is_utf8(content) else "windows-1252"


def decoded(content: bytes, encoding: str) -> str:
    """A file as text; a byte that Windows does not know is read as Latin-1 has it."""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _xml(content: bytes) -> Recognised:
    content = content.lstrip(b" \t\r\n")
    encoding = declared_encoding(content)
    first = namespace = ""
    for namespace, name in probe(content, encoding):
        first = first or name
        found = _MESSAGE.fullmatch(name)
        if found:
            version = re.search(r"camt\.05[234]\.(\d{3}\.\d{2})", namespace)
            return Recognised(
                _MESSAGES[found.group(1)], version.group(1) if version else "", encoding
            )
    if not first:
        raise NotABankFileError(f"this begins like XML but cannot be read; expected {READABLE}")
    known = re.search(r"(pain|pacs|camt|acmt|admi)\.\d{3}\.\d{3}\.\d{2}", namespace)
    kind = f"an ISO 20022 {known.group(0)} message" if known else f"XML with <{first}>"
    raise NotABankFileError(f"this is {kind}, which is no bank statement; expected {READABLE}")


def _text(content: bytes, head: str, start: str) -> Recognised:
    encoding = text_encoding(content)
    if _SWIFT_BLOCK.match(start) or len(_SWIFT_FIELD.findall(head)) >= 2:
        return Recognised(_swift_format(head), "", encoding)
    if start[:1] in ("{", "["):
        return Recognised(FileFormat.OPEN_BANKING, "", encoding)
    line = start.splitlines()[0] if start else ""
    if _CFONB_120.match(line) and _has_records_of(start, 120):
        return Recognised(FileFormat.CFONB_120, "", encoding)
    refuse_by_name(line, start)
    if any(sign in head for sign in (";", "\t", ",", "|")) and "\x00" not in head:
        return Recognised(FileFormat.CSV, "", encoding)
    raise NotABankFileError(f"this begins with {shown(start)}; expected {READABLE}")


def _swift_format(head: str) -> FileFormat:
    if re.search(r"(?m)^\s?:60[FM]:", head):
        return FileFormat.MT940
    interim = re.search(r"(?m)^\s?:(?:34F|13D?|90[CD]):|\{2:[IO]942", head)
    return FileFormat.MT942 if interim else FileFormat.MT940


def _has_records_of(start: str, length: int) -> bool:
    """Whether the text consists of records of one length, with line ends or without."""
    first = start.splitlines()[0]
    if len(first) > length:
        return len(first.rstrip()) % length in {0, *range(length - 40, length)}
    return length - 50 <= len(first) <= length


def refuse_by_name(line: str, start: str) -> None:
    """Refuse formats that are known and not read.

    Raises:
        NotABankFileError: with the format's name.
    """
    if _CFONB_240.match(line) and len(line.rstrip()) > 120:
        raise NotABankFileError(
            "this is CFONB 240 (details of returned debits or bills), which is not a statement "
            f"and is not read; expected {READABLE}"
        )
    if _CODA.match(line) and 120 < len(line.rstrip()) <= 128:
        raise NotABankFileError(f"this is a Belgian CODA file, which is not read; use {READABLE}")
    if start.startswith(("!Type:", "!Account", "!Option")):
        raise NotABankFileError(f"this is a QIF file, which is not read; expected {READABLE}")
