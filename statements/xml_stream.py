"""How is hostile XML read? In pieces, with nothing fetched or expanded, and no DOCTYPE at all."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple
from xml.parsers import expat

from statements.errors import BadValueError, NotABankFileError

CHUNK_BYTES = 1 << 13
"""So few that what is made of them is dropped before Python looks for garbage in it."""

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


def _parser(
    told: frozenset[str], encoding: str | None, ended: list[Element]
) -> expat.XMLParserType:
    """A parser that makes trees of what it reads and appends the told elements to ``ended``.

    Its handlers are called a million times: bare, with shared variables, faster than attributes.
    """
    parser = expat.ParserCreate(encoding)
    stack: list[Tree] = []
    around: list[tuple[str, Tree, int]] = []
    node: Tree = {}
    words = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal node, words
        stack.append(node)
        node = {"Ccy": attributes["Ccy"]} if attributes and "Ccy" in attributes else {}
        words = ""
        if len(stack) > MAX_DEPTH:
            raise BadValueError(f"the XML nests deeper than {MAX_DEPTH} elements")
        if LOCAL[tag] in told:
            around.append((LOCAL[tag], node, parser.CurrentLineNumber))

    def say(some: str) -> None:
        nonlocal words
        words += some

    def end(tag: str) -> None:
        nonlocal node, words
        name = LOCAL[tag]
        inner, node = node, stack.pop()
        if name in told:
            ended.append(Element(name, inner, around.pop()[2], tuple(around)))
            return
        value = inner or words.strip()
        if "Ccy" in inner and len(inner) == 1 and name[-3:] == "Amt":
            inner[""] = words.strip()
        words = ""
        if name in node:
            _add(node, name, value)
        elif name not in SKIPPED:
            node[name] = [value]

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = say
    return parser


def _add(node: Tree, name: str, value: Tree | str) -> None:
    """One more element of a name."""
    try:
        node[name].append(value)
    except AttributeError as error:
        raise BadValueError(f"{name} is an attribute and an element at once") from error


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
    ended: list[Element] = []
    parser = _parser(frozenset(names), encoding, ended)
    source, more = BytesIO(content), True
    while more:
        chunk = source.read(CHUNK_BYTES)
        more = bool(chunk)
        broken = ""
        try:
            parser.Parse(chunk, not more)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            broken = f"the XML breaks off in line {error.lineno}: {reason}"
        except NotABankFileError:
            raise
        except (BadValueError, LookupError, ValueError) as error:
            broken = str(error)
        yield from ended
        ended.clear()
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


def text(node: Tree, name: str, *path: str) -> str:
    """The text of the first element at a path; empty where there is none."""
    values = node.get(name)
    if not values:
        return ""
    value = values[0]
    for below in path:
        values = value.get(below) if isinstance(value, dict) else None
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
