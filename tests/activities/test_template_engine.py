"""Can a text that somebody edits harm the machine, or show more than it was given?"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from activities.template_engine import (
    TemplateBroken,
    TemplateMissing,
    callable_in_templates,
    one_line,
    text_environment,
)
from schemas.parties import Debtor

DEBTOR = Debtor(creditor="atelier", debtor_id="C-1", name="Vasseur & Fils <b>")


def fill(folder: Path, name: str) -> str:
    """The text ``en/NAME.txt``, filled in for one debtor."""
    return text_environment(folder).fill(f"en/{name}.txt", {"debtor": DEBTOR})


def texts_in(folder: Path, **texts: str) -> Path:
    """A templates folder with one English text per keyword."""
    (folder / "en").mkdir(parents=True)
    for name, text in texts.items():
        (folder / "en" / f"{name}.txt").write_text(text, "utf-8")
    return folder


def test_long_and_odd_values_are_tamed() -> None:
    """Control characters go, and a value of a million characters is cut."""
    assert one_line("a\x00b\x1b[0m\u2028c") == "a b [0m c"
    assert len(one_line("x" * 1_000_000)) == 400


def test_only_marked_functions_can_be_called(tmp_path: Path) -> None:
    """A text calls the functions it was given for that, and no other."""

    @callable_in_templates
    def shout(word: str) -> str:
        return word.upper()

    folder = texts_in(tmp_path, good="{{ shout('a') }}", bad="{{ quiet('a') }}")
    values = {"shout": shout, "quiet": str.lower}
    assert text_environment(folder).fill("en/good.txt", values) == "A"
    with pytest.raises(TemplateBroken, match="not safely callable"):
        text_environment(folder).fill("en/bad.txt", values)


def test_a_part_shared_by_texts_and_mails_is_safe_in_both(tmp_path: Path) -> None:
    """The same included part escapes names in a mail and leaves them alone in a text."""
    folder = texts_in(tmp_path, _name="{{ debtor.name }}", all="{% include 'en/_name.txt' %}")
    assert fill(folder, "all") == "Vasseur & Fils <b>"
    escaped = text_environment(folder, markup=True).fill("en/all.txt", {"debtor": DEBTOR})
    assert escaped == "Vasseur &amp; Fils &lt;b&gt;"


def test_a_changed_text_is_read_again(tmp_path: Path) -> None:
    """Whoever edits a text sees the new words in the next message, without a restart."""
    folder = texts_in(tmp_path, word="old")
    assert fill(folder, "word") == "old"
    path = folder / "en" / "word.txt"
    path.write_text("new", "utf-8")
    os.utime(path, (2e9, 2e9))
    assert fill(folder, "word") == "new"


def test_a_text_in_another_encoding_is_named(tmp_path: Path) -> None:
    """A text saved as Latin-1 is refused with its name and line."""
    (texts_in(tmp_path) / "en" / "latin.txt").write_bytes(b"ok\nr\xe9gl\xe9")
    with pytest.raises(TemplateBroken, match=r"latin\.txt, line 2: is not UTF-8"):
        fill(tmp_path, "latin")


def test_a_broken_text_is_named_with_its_line(tmp_path: Path) -> None:
    """Whoever breaks a text reads the file, the line and the problem."""
    folder = texts_in(tmp_path, typo="one\n{{ debtor.nam }}\n", open="one\ntwo\n{% if debtor %}\n")
    with pytest.raises(TemplateBroken, match=r"typo\.txt, line 2: .*nam") as broken:
        fill(folder, "typo")
    assert broken.value.line == 2
    with pytest.raises(TemplateBroken, match=r"open\.txt, line 3"):
        fill(folder, "open")


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    """Where a cluster mounts the texts as links to a folder beside them, they are read."""
    folder = texts_in(tmp_path / "mounted")
    (folder / "..data").mkdir()
    (folder / "..data" / "word.txt").write_text("hello", "utf-8")
    (folder / "en" / "word.txt").symlink_to(folder / "..data" / "word.txt")
    (tmp_path / "templates").symlink_to(folder)
    assert fill(tmp_path / "templates", "word") == "hello"


BOMBS = {
    "times": "{{ 'a' * 10**9 }}",
    "format": "{{ '%1000000000d' % 1 }}",
    "method": "{{ 'x'.ljust(10**9) }}",
    "braces": "{{ '{:>1000000000}'.format('x') }}",
    "range": "{% for n in range(10**9) %}x{% endfor %}",
    "filter": "{{ 'x'|center(1000000000) }}",
    "power": "{{ 9**999999999 }}",
    "square": "{% set n = 9 %}" + "{% set n = n * n %}" * 60 + "{{ n }}",
    "concat": "{% set s = 'ab' %}" + "{% set s = s ~ s %}" * 60 + "{{ s }}",
    "add": "{% set s = 'ab' %}" + "{% set s = s + s %}" * 60 + "{{ s }}",
    "block": "{% set s = 'ab' %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * 60 + "{{ s }}",
    "join": "{% set s = 'ab' %}" + "{% set s = [s, s]|join %}" * 60 + "{{ s }}",
    "loops": "".join("{% for a in 'abcdefghij' %}" for _ in range(12)) + "{% endfor %}" * 12,
    "itself": "{% include 'en/itself.txt' %}{% include 'en/itself.txt' %}",
    "macro": "{% macro m() %}x{% endmacro %}{{ m() }}",
    "walk": "{{ debtor.__class__.__mro__ }}",
    "model": "{{ debtor.model_dump_json() }}",
    "file": "{% include '/etc/hostname' %}",
    "parent": "{% include '../secret.txt' %}",
    "link": "{% include 'en/_link.txt' %}",
    "bare": "{% autoescape false %}{{ debtor.name }}{% endautoescape %}",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_text_can_neither_explode_nor_escape(bomb: str, tmp_path: Path) -> None:
    """A text that would fill the memory, run for ever or look around is refused at once."""
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (tmp_path / "templates").mkdir()
    folder = texts_in(tmp_path / "templates", **{bomb: BOMBS[bomb]})
    (folder / "en" / "_link.txt").symlink_to(tmp_path / "secret.txt")
    began = time.perf_counter()
    with pytest.raises((TemplateBroken, TemplateMissing)):
        fill(folder, bomb)
    assert time.perf_counter() - began < 1
