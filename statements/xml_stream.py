"""How is hostile XML read? In pieces, with nothing fetched, and no DOCTYPE at all."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Literal

from lxml import etree

from statements.errors import BadValueError, NotABankFileError

CHUNK_BYTES = 1 << 16
PROBED_ELEMENTS = 2000
"""The message begins within so many elements; a longer envelope is none."""

SKIPPED = frozenset(("PstlAdr", "CtctDtls", "SfkpgAcct", "FinInstrmId", "TaxRmt", "GrnshmtRmt"))
"""Groups that say nothing we keep; passing over them saves a third of the time."""

Tree = dict[str, Any]
"""An element: child name → list of what stands there, each a text or a Tree.

An amount is a Tree with its text under the empty name and its currency under ``Ccy``; no other
attribute matters.
"""


class LocalNames(dict[str, str]):
    """Local names of tags; a file has some dozens, asked for a million times."""

    def __missing__(self, tag: str) -> str:
        name = tag.rpartition("}")[2]
        if len(self) < 10_000:  # a hostile file may invent names for ever
            self[tag] = name
        return name


LOCAL = LocalNames()


def pull_parser(
    events: tuple[Literal["start", "end"]], tags: tuple[str, ...] | None, encoding: str | None
) -> etree.XMLPullParser:
    """A parser that expands nothing, loads nothing and refuses giant nodes."""
    options: dict[str, Any] = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
        "encoding": encoding,
    }
    return etree.XMLPullParser(events, tag=tags, **options)


def probe(content: bytes, encoding: str | None) -> Iterator[tuple[str, str]]:
    """Namespace and local name of the first elements, in order.

    Raises:
        NotABankFileError: at a DOCTYPE, before anything in it could have an effect.
    """
    parser = pull_parser(("start",), None, encoding)
    count = 0
    source = BytesIO(content)
    while chunk := source.read(CHUNK_BYTES):
        broken = _fed(parser, chunk)
        for _, found in parser.read_events():
            element: Any = found
            refuse_doctype(element)
            namespace, _, name = str(element.tag).rpartition("}")
            yield namespace.lstrip("{"), name
            count += 1
        if broken or count > PROBED_ELEMENTS:
            return


def refuse_doctype(element: Any) -> None:
    """Refuse a document that has a DOCTYPE: no bank writes one, and entities can hide text.

    Raises:
        NotABankFileError: when there is one.
    """
    if element.getroottree().docinfo.doctype:
        raise NotABankFileError(
            "this XML has a DOCTYPE; bank statements have none, and a DOCTYPE can hide or "
            "multiply text, so the file is refused"
        )


def _fed(parser: etree.XMLPullParser, chunk: bytes) -> etree.XMLSyntaxError | None:
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        return error
    return None


def elements(content: bytes, tags: tuple[str, ...], encoding: str | None) -> Iterator[Any]:
    """Elements of some local names as they end, in bounded memory if the caller drops them.

    Raises:
        BadValueError: where the XML breaks off, after everything before it.
        NotABankFileError: at a DOCTYPE.
    """
    parser = pull_parser(("end",), tuple(f"{{*}}{name}" for name in tags), encoding)
    source, checked = BytesIO(content), False
    while chunk := source.read(CHUNK_BYTES):
        broken = _fed(parser, chunk)
        for _, element in parser.read_events():
            if not checked:
                refuse_doctype(element)
                checked = True
            yield element
        if broken:
            raise BadValueError(f"the XML breaks off in line {broken.lineno}: {broken.msg}")
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise BadValueError(f"the XML breaks off in line {error.lineno}: {error.msg}") from error


def declared_encoding(content: bytes) -> str | None:
    """The encoding to read with where the declared one is wrong; None to believe the file.

    Many French files say UTF-8, or nothing, and are Latin-1.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:4]:
        return None  # UTF-16; the parser knows
    head = content[:200].lower()
    if b"encoding=" in head.split(b"?>", 1)[0] and not is_named(head, "utf-8", "utf8", "ascii"):
        return None
    return None if is_utf8(content) else "windows-1252"


def is_named(head: bytes, *names: str) -> bool:
    """Whether an XML declaration names one of these encodings."""
    declaration = head.split(b"?>", 1)[0].decode("latin-1")
    return any(name in declaration.partition("encoding=")[2] for name in names)


def is_utf8(content: bytes) -> bool:
    """Whether bytes are UTF-8, without decoding all of them at once."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    try:
        for start in range(0, len(view), 1 << 20):
            decoder.decode(view[start : start + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def tree(element: Any) -> Tree:
    """An element with all below it as plain values; texts without blanks around them."""
    found: Tree = {}
    names = LOCAL
    for child in element.iterchildren():
        name = names[child.tag]
        if name in SKIPPED:
            continue
        value: Any = child.text
        if value:
            value = value.strip()
        if not value:
            value = tree(child) if len(child) else ""
        if name[-3:] == "Amt" and isinstance(value, str):
            value = {"": value, "Ccy": child.get("Ccy", "")}
        if name in found:
            found[name].append(value)
        else:
            found[name] = [value]
    return found


_NOTHING: Tree = {}


def branch(node: Tree, *path: str) -> Tree:
    """The first element at a path; an empty tree where there is none."""
    for name in path:
        values = node.get(name)
        if not values or not isinstance(values[0], dict):
            return _NOTHING
        node = values[0]
    return node


def text(node: Tree, *path: str) -> str:
    """The text of the first element at a path; empty where there is none."""
    value: Any = node
    for name in path:
        values = value.get(name) if isinstance(value, dict) else None
        if not values:
            return ""
        value = values[0]
    return value if isinstance(value, str) else plain(value)


def plain(value: Any) -> str:
    """The text of a value, whether it had attributes or not."""
    if isinstance(value, dict):
        return str(value.get("", ""))
    return str(value)


def texts(node: Tree, name: str) -> tuple[str, ...]:
    """All texts of one name that say something."""
    values = node.get(name)
    return tuple(filter(None, map(plain, values))) if values else ()


def groups(node: Tree, name: str) -> list[Tree]:
    """All elements of one name that have something below them."""
    return [value for value in node.get(name, ()) if isinstance(value, dict)]


def code(node: Tree) -> str:
    """A choice between a code and the bank's own word."""
    return text(node, "Cd") or text(node, "Prtry") or text(node, "Prtry", "Id")
