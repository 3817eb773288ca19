"""Which steps will be taken? What a plan's author reads when the file is right, and when not."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.business_calendar import closed_because
from domain.dunning_plan import PlanError, Problem, plan_calendar, read_plan
from schemas.calendar import ContactCalendar, ContactWindow, Holiday
from schemas.plan import Channel, DunningPlan, DunningStep

ROOT = Path(__file__).parents[2]

GOOD = """\
plan: short
steps:
  - name: reminder
    day: 3
    channel: email
  - name: hand-over
    day: 30
    channel: refer
"""


def problems(text: str) -> list[str]:
    """What the author reads about a plan that is refused."""
    with pytest.raises(PlanError) as refused:
        read_plan(text, "plans/x.yaml")
    return [str(problem) for problem in refused.value.problems]


def test_plan_that_comes_with_the_system_is_read() -> None:
    """The default plan is valid, and its steps take their own name as the name of their text."""
    plan = read_plan((ROOT / "plans/standard.yaml").read_text("utf-8"), "plans/standard.yaml")
    assert plan.plan == "standard"
    assert plan.steps[-1].channel is Channel.REFER
    assert [step.template for step in plan.steps] == [step.name for step in plan.steps]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "channel: email",
            "channel: mail",
            "plans/x.yaml:5: steps[0].channel: 'mail' is not one of email, phone, letter, refer",
        ),
        (
            "channel: email",
            "chanel: email",
            "plans/x.yaml:5: steps[0].chanel: unknown field; did you mean channel?",
        ),
        (
            "    channel: email\n",
            "",
            (
                "plans/x.yaml:3: steps[0].channel: missing; "
                "expected one of email, phone, letter, refer"
            ),
        ),
        (
            "day: 3\n",
            "day: soon\n",
            "plans/x.yaml:4: steps[0].day: 'soon' is not a whole number from -90 to 1825",
        ),
        (
            "day: 3\n",
            "day: '3'\n",
            "plans/x.yaml:4: steps[0].day: '3' is not a whole number from -90 to 1825",
        ),
        (
            "day: 3\n",
            "day: true\n",
            "plans/x.yaml:4: steps[0].day: true is not a whole number from -90 to 1825",
        ),
        (
            "day: 3\n",
            "day:\n",
            "plans/x.yaml:4: steps[0].day: an empty value is not a whole number from -90 to 1825",
        ),
        (
            "day: 30",
            "day: 2",
            (
                "plans/x.yaml:7: steps[1].day: 2 comes after day 3 of steps[0]; "
                "steps stand in the order of their days"
            ),
        ),
        (
            "name: hand-over",
            "name: reminder",
            (
                "plans/x.yaml:6: steps[1].name: 'reminder' is already the name of steps[0]; "
                "names are unique"
            ),
        ),
        (
            "channel: email",
            "channel: refer",
            "plans/x.yaml:5: steps[0].channel: a step that refers the case must be the last",
        ),
        (
            "plan: short",
            "plan: short\nplan: long",
            "plans/x.yaml:2: plan: stands here a second time; the first is in line 1",
        ),
        (
            "plan: short",
            "plan: Short one",
            (
                "plans/x.yaml:1: plan: 'Short one' is not a short name of lower-case letters, "
                "digits and hyphens"
            ),
        ),
        (
            "plan: short",
            "plan: &p short",
            "plans/x.yaml:1: anchors and aliases (& and *) are not read; write the value out",
        ),
        (
            "plan: short",
            "plan: !!python/name:os x",
            (
                "plans/x.yaml:1: tags such as tag:yaml.org,2002:python/name:os are not read; "
                "write a plain value"
            ),
        ),
    ],
)
def test_mistake_is_named_by_file_line_field_and_value(old: str, new: str, expected: str) -> None:
    """A mistake in a plan is told with its place, what stands there and what was expected."""
    read_plan(GOOD, "plans/x.yaml")
    assert problems(GOOD.replace(old, new, 1)) == [expected]


def test_all_mistakes_are_told_at_once() -> None:
    """An author mends a file in one go, not one mistake per attempt."""
    broken = GOOD.replace("day: 3\n", "day: soon\n").replace("channel: refer", "channel: agency")
    assert [line.split(": ")[1] for line in problems(broken)] == [
        "steps[0].day",
        "steps[1].channel",
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("# nothing but a comment\n", "empty"),
        ("null", "empty"),
        ("3", "3 is not a group of fields"),
        ("- a", "a list of 1 is not a group of fields"),
        ("plan: [a\n", "no YAML"),
        ("plan: a\x00b", "no YAML"),
        ("plan: a\n---\nplan: b", "no YAML"),
        ("[" * 5000, "nested deeper than 12 levels"),
        ("a: " * 40_000, "at most 65536"),
        ("a: " * 20_000, "no YAML"),
        ("%YAML 1.1\n---\nplan: yes", "YAML 1.2"),
        ("? [a, b]\n: c", "unknown field"),
        ("plan: p\nsteps: []", "a list of 0 is not a list of 1 to 40"),
        ("plan: p\nsteps: {a: 1}", "a group of fields is not a list of 1 to 40"),
    ],
)
def test_file_that_is_no_plan_is_refused_in_a_sentence(text: str, word: str) -> None:
    """Whatever a file holds, its author gets a sentence and never a stack trace."""
    assert any(word in problem for problem in problems(text))


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is a plan or is refused with at least one problem."""
    refusals: tuple[Problem, ...] = ()
    try:
        plan = read_plan(text, "plans/x.yaml")
    except PlanError as refused:
        plan, refusals = None, refused.problems
    assert (plan is None) == bool(refusals)


PARIS = ContactCalendar(holidays=(Holiday(day=date(2027, 5, 6), name="Ascension"),))


def ladder(*days: int) -> DunningPlan:
    """A plan with an e-mail on each of these days."""
    return DunningPlan(
        plan="p",
        steps=tuple(
            DunningStep(name=f"s{place}", day=day, channel=Channel.EMAIL)
            for place, day in enumerate(days)
        ),
    )


def test_preview_shows_each_move_with_its_reason() -> None:
    """Steps of Friday, Saturday and Sunday leave on Friday, Monday and Tuesday, and say why."""
    planned = plan_calendar(ladder(0, 1, 2), date(2027, 4, 30), PARIS, "k")
    assert [step.moment.day.isoformat() for step in planned] == [
        "2027-04-30",
        "2027-05-03",
        "2027-05-04",
    ]
    assert [step.moment.moved for step in planned] == [
        (),
        ("Saturday", "Sunday"),
        ("Sunday", "step s1 leaves on 2027-05-03"),
    ]


def test_steps_of_one_day_leave_together() -> None:
    """An e-mail and a letter planned for the same day leave on the same day, in plan order."""
    first, second = plan_calendar(ladder(5, 5), date(2027, 5, 1), PARIS, "k")
    assert first.moment == second.moment
    assert (first.step.name, second.step.name) == ("s0", "s1")


@given(
    st.lists(st.integers(-10, 40), min_size=1, max_size=10),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.sets(st.integers(1, 7), min_size=1),
    st.text(max_size=10),
)
def test_later_step_never_lands_on_or_before_an_earlier_one(
    days: list[int], due: date, weekdays: set[int], key: str
) -> None:
    """However weekends and holidays lie, the tone rises from day to day and never twice on one."""
    calendar = PARIS.model_copy(
        update={
            "weekdays": tuple(sorted(weekdays)),
            "windows": (ContactWindow(opens=time(9), closes=time(12)),),
        }
    )
    planned = plan_calendar(ladder(*sorted(days)), due, calendar, key)
    for before, after in pairwise(planned):
        if before.nominal == after.nominal:
            assert before.moment.day == after.moment.day
        else:
            assert before.moment.day < after.moment.day
            assert before.moment.at < after.moment.at
    for step in planned:
        assert step.nominal == due + timedelta(days=step.step.day) <= step.moment.day
        assert not closed_because(calendar, step.moment.day)
