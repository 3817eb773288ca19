"""How is hostile XML read? In pieces, with nothing fetched or expanded, and no DOCTYPE at all."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple
from xml.parsers import expat

from statements.errors import BadValueError, NotABankFileError

CHUNK_BYTES = 1 << 16
PROBED_ELEMENTS = 2000
"""The message begins within so many elements; a longer envelope is none."""

MAX_DEPTH = 100
"""Statements nest some twenty deep; what nests deeper wants our memory."""

SKIPPED = frozenset(("PstlAdr", "CtctDtls", "SfkpgAcct", "FinInstrmId", "TaxRmt", "GrnshmtRmt"))
"""Groups that say nothing we keep."""

Tree = dict[str, Any]
"""An element: child name → list of what stands there, each a text or a Tree.

An amount is a Tree with its text under the empty name and its currency under ``Ccy``; no other
attribute matters.
"""


class Element(NamedTuple):
    """An element that has ended.

    Attributes:
        name: local.
        node: all below it, without the elements that were told before it.
        line: where it begins.
        parents: name, node so far and line of those around it, the outermost first.
    """

    name: str
    node: Tree
    line: int
    parents: tuple[tuple[str, Tree, int], ...]


class LocalNames(dict[str, str]):
    """Local names of tags; a file has some dozens, asked for a million times."""

    def __missing__(self, tag: str) -> str:
        name = tag.rpartition(":")[2]
        if len(self) < 10_000:  # a hostile file may invent names for ever
            self[tag] = name
        return name


LOCAL = LocalNames()


def _refuse_doctype(*_: object) -> None:
    raise NotABankFileError(
        "this XML has a DOCTYPE; bank statements have none, and a DOCTYPE can hide or "
        "multiply text, so the file is refused"
    )


def probe(content: bytes, encoding: str | None) -> list[tuple[str, str]]:
    """Namespace and local name of the first elements, in order, as far as they can be read.

    Raises:
        NotABankFileError: at a DOCTYPE, before anything in it could have an effect.
    """
    found: list[tuple[str, str]] = []

    def start(name: str, _: object) -> None:
        namespace, _, local = name.rpartition("}")
        found.append((namespace, local))

    parser = expat.ParserCreate(encoding, "}")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    source = BytesIO(content)
    while len(found) < PROBED_ELEMENTS and (chunk := source.read(CHUNK_BYTES)):
        try:
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it so
        except NotABankFileError:
            raise
        except (expat.ExpatError, LookupError, ValueError):
            break  # not XML, or in an encoding that expat does not know
    return found


class _Builder:
    """Makes trees of what expat says; its methods are called a million times, so they are bare."""

    def __init__(self, told: frozenset[str], encoding: str | None) -> None:
        self.told = told
        self.ended: list[Element] = []
        self.stack: list[Tree] = []
        self.open: list[tuple[str, Tree, int]] = []
        self.node: Tree = {}
        self.words = ""
        self.parser = expat.ParserCreate(encoding)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.say

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        node: Tree = {}
        if attributes and "Ccy" in attributes:
            node["Ccy"] = attributes["Ccy"]
        stack = self.stack
        stack.append(self.node)
        if len(stack) > MAX_DEPTH:
            raise BadValueError(f"the XML nests deeper than {MAX_DEPTH} elements")
        self.node = node
        self.words = ""
        if LOCAL[tag] in self.told:
            self.open.append((LOCAL[tag], node, self.parser.CurrentLineNumber))

    def say(self, words: str) -> None:
        """Some text."""
        self.words += words

    def end(self, tag: str) -> None:
        """An element ends: it is told, or becomes part of the one around it."""
        node, name = self.node, LOCAL[tag]
        outer = self.node = self.stack.pop()
        if name in self.told:
            _, _, line = self.open.pop()
            self.ended.append(Element(name, node, line, tuple(self.open)))
            return
        value: Any = node
        if not node:
            value = self.words.strip()
        elif "Ccy" in node and len(node) == 1 and name[-3:] == "Amt":
            node[""] = self.words.strip()
        self.words = ""
        if name in outer:
            try:
                outer[name].append(value)
            except AttributeError as error:
                # Asked afterwards, since it is asked a million times and never happens.
                raise BadValueError(f"{name} is an attribute and an element at once") from error
        elif name not in SKIPPED:
            outer[name] = [value]


def elements(content: bytes, names: tuple[str, ...], encoding: str | None) -> Iterator[Element]:
    """Elements of some local names as they end, in bounded memory.

    Args:
        content: the XML.
        names: of the elements to tell; each is left out of the one around it.
        encoding: to read with when the file declares a wrong one.

    Raises:
        BadValueError: where the XML breaks off, after everything before it.
        NotABankFileError: at a DOCTYPE.
    """
    builder = _Builder(frozenset(names), encoding)
    source, more = BytesIO(content), True
    while more:
        chunk = source.read(CHUNK_BYTES)
        more = bool(chunk)
        broken = ""
        try:
            builder.parser.Parse(chunk, not more)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            broken = f"the XML breaks off in line {error.lineno}: {reason}"
        except NotABankFileError:
            raise
        except (BadValueError, LookupError, ValueError) as error:
            broken = str(error)
        yield from builder.ended
        builder.ended.clear()
        if broken:
            raise BadValueError(broken)


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
