"""How is a text filled in without trusting it? Jinja2 with everything removed that can run away.

Jinja2's own sandbox keeps templates away from Python's insides, but lets some exhaust the machine:
``{{ 'a' * 10**9 }}``, ``{{ s ~ s }}`` in a row, a loop in a loop in a loop. Here a template can
print, choose and list, within a budget, and nothing else.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, TypeVar

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from schemas.base import Frozen

STEPS_MAX = 20_000
"""Loop turns and includes of one rendering; a statement of 500 invoices needs about 2,000."""

OUTPUT_CHARACTERS_MAX = 2_000_000
VALUE_CHARACTERS_MAX = 400
"""A longer value is cut: nothing that a debtor is called is longer in earnest."""

_FILTERS = ("default", "e", "first", "last", "length", "lower", "trim", "upper")
_REFUSED = {
    nodes.AssignBlock: "{% set %} with a body",
    nodes.CallBlock: "{% call %}",
    nodes.Concat: "the operator ~ (write the parts one after another)",
    nodes.EvalContextModifier: "{% autoescape %} (names are escaped wherever HTML needs it)",
    nodes.FromImport: "{% from %}",
    nodes.Import: "{% import %} (use {% include %})",
    nodes.Macro: "{% macro %} (use {% include %})",
}
_DIRECTION_CHARACTERS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\ufeff") | {
    chr(code) for code in range(0x2066, 0x206A)
}


_Function = TypeVar("_Function", bound=Callable[..., Any])


class TemplateMissing(LookupError):  # noqa: N818 - the name says the condition, as refusals do
    """A text that a plan asks for does not exist, neither in the reader's language nor English."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(f"template {path} does not exist")
        self.path = str(path)


class TemplateBroken(ValueError):  # noqa: N818 - the name says the condition, as refusals do
    """A template cannot be rendered; it names the file, the line (0: unknown) and the problem."""

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}")
        self.path = str(path)
        self.line = line
        self.problem = problem


def one_line(value: object) -> str:
    """A value as text without line breaks, control characters or direction overrides.

    So a name can neither add a header to a mail, nor a paragraph to a letter, nor show itself
    backwards. Longer than 400 characters is cut. Markup stays markup.
    """
    text = str(value)
    if len(text) > VALUE_CHARACTERS_MAX:
        text = text[: VALUE_CHARACTERS_MAX - 1] + "…"
    if not text.isprintable():
        kept = "".join(
            " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
            for sign in text
            if sign not in _DIRECTION_CHARACTERS and unicodedata.category(sign) != "Cs"
        )
        text = kept.strip()
    return Markup(text) if isinstance(value, Markup) else text  # noqa: S704 - it was before


def callable_in_templates(function: _Function) -> _Function:
    """Mark a function as one that templates may call; all others they may not."""
    function.allowed_in_templates = True  # type: ignore[attr-defined]
    return function


class TextEnvironment(ImmutableSandboxedEnvironment):
    """Jinja2 for texts that users edit: no method calls, few filters, a budget per rendering.

    Args:
        folder: the templates folder; names are relative to it, with forward slashes.
        markup: whether values are escaped for HTML. It holds for a template and all that it
            includes, so that a part shared by texts and mails is safe in both.
    """

    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self, folder: Path, *, markup: bool) -> None:
        self._loader = _Loader(folder)
        super().__init__(
            loader=self._loader,
            autoescape=markup,
            undefined=StrictUndefined,
            finalize=one_line,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self.folder = folder
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.filters["counted"] = _counted
        self.globals = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read this; of our own frozen nouns, all that is public."""
        if isinstance(obj, Frozen):
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Whether a template may call this: only what was marked for it."""
        return getattr(obj, "allowed_in_templates", False) is True

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers of ordinary size; nothing on texts and lists, which can explode."""
        for side in (left, right):
            if isinstance(side, (str, bytes, list, tuple)):
                raise SecurityError(f"the operator {operator} is not allowed on texts and lists")
            if isinstance(side, int) and abs(side) > 10**15:
                raise SecurityError(f"the operator {operator} is not allowed on huge numbers")
        if operator == "**":
            raise SecurityError("the operator ** is not allowed")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for kind, what in _REFUSED.items():
            if found := tree.find(kind):
                raise TemplateSyntaxError(f"{what} is not allowed", found.lineno, name, filename)
        for loop in tree.find_all(nodes.For):
            if loop.recursive:
                raise TemplateSyntaxError(
                    "a recursive loop is not allowed", loop.lineno, name, filename
                )
            loop.iter = nodes.Filter(
                loop.iter, "counted", [], [], None, None, lineno=loop.lineno
            ).set_environment(self)
        return tree

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002 - Jinja's name
        _spend(1)
        template = super()._load_template(name, globals)
        _used.get({})[name] = self._loader.digests.get(name, "")
        return template

    def fill(self, name: str, values: Mapping[str, Any], used: dict[str, str] | None = None) -> str:
        """Render one template of the folder.

        Args:
            name: relative to the folder, with forward slashes.
            values: what the template may use.
            used: is told every file that went into the text, with the SHA-256 of its words.

        Raises:
            TemplateMissing: when it, or one that it includes, does not exist.
            TemplateBroken: when it is wrong, or more expensive than a text can be.
        """
        token = _budget.set([STEPS_MAX])
        told = _used.set({} if used is None else used)
        try:
            return _joined(self.get_template(name).generate(values))
        except TemplateNotFound as problem:
            raise TemplateMissing(self.folder / str(problem.name)) from problem
        except TemplateSyntaxError as problem:
            path = problem.filename or self.folder / name
            raise TemplateBroken(path, problem.lineno, problem.message or "syntax") from problem
        except UnicodeDecodeError as problem:
            line = problem.object[: problem.start].count(b"\n") + 1
            raise TemplateBroken(self.folder / name, line, "is not UTF-8") from problem
        except Exception as problem:
            path, line = _place(problem.__traceback__, self.folder, name)
            raise TemplateBroken(path, line, str(problem) or repr(problem)) from problem
        finally:
            _budget.reset(token)
            _used.reset(told)


@lru_cache(maxsize=16)
def text_environment(folder: Path, *, markup: bool = False) -> TextEnvironment:
    """The one environment of a templates folder; a changed file is read again by itself."""
    return TextEnvironment(folder, markup=markup)


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a file of a folder is a link to something outside it, such as the system's own."""
    return not path.resolve().is_relative_to(folder.resolve())


LETTER_HEADING = "\x01"
LETTER_BULLET = "\x02"
LETTER_BLOCK = "\x03"
LETTER_BOLD = "\x05"
_LETTER_MARKS = (("# ", LETTER_HEADING), ("- ", LETTER_BULLET), ("[", LETTER_BLOCK))


class _Loader(FileSystemLoader):
    """Reads files; in letters turns the author's marks into control characters.

    Values are printed without control characters, so that only the author of a letter can make a
    heading, a list or a block, never the name of a debtor.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, encoding="utf-8", followlinks=False)
        self.digests: dict[str, str] = {}

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """As Jinja2 wants it: the text, the file's name, and whether it is still up to date."""
        if PurePosixPath(template).is_absolute():
            raise TemplateNotFound(template)
        source, filename, current = super().get_source(environment, template)
        if leads_out(Path(filename), Path(self.searchpath[0])):
            raise SecurityError(f"{template} is a link that leads out of the templates folder")
        self.digests[template] = hashlib.sha256(source.encode()).hexdigest()
        if template.endswith(".letter.txt"):
            source = "\n".join(_marked(line) for line in source.splitlines())
        return source, filename, current


def _marked(line: str) -> str:
    for written, mark in _LETTER_MARKS:
        if line.startswith(written):
            line = mark + line[len(written) :]
            break
    return line.replace("**", LETTER_BOLD)


_budget: ContextVar[list[int]] = ContextVar("steps left of the rendering under way")
_used: ContextVar[dict[str, str]] = ContextVar("files that went into the rendering under way")


def _spend(steps: int) -> None:
    budget = _budget.get([STEPS_MAX])
    budget[0] -= steps
    if budget[0] < 0:
        raise SecurityError(f"it takes more than {STEPS_MAX} loop turns and includes")


def _joined(pieces: Iterable[str]) -> str:
    kept: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > OUTPUT_CHARACTERS_MAX:
            raise SecurityError(f"it prints more than {OUTPUT_CHARACTERS_MAX} characters")
        kept.append(piece)
    return "".join(kept)


@pass_context
def _counted(_context: Context, values: Iterable[Any]) -> list[Any]:
    items = list(islice(values, STEPS_MAX + 1))
    _spend(len(items))
    return items


def _place(trace: TracebackType | None, folder: Path, name: str) -> tuple[str, int]:
    """The innermost template line of a traceback, which Jinja2 has rewritten to show them."""
    path, line = str(folder / name), 0
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if filename.startswith(str(folder)):
            path, line = filename, trace.tb_lineno
        trace = trace.tb_next
    return path, line
