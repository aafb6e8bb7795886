"""The events of a timeline as lines: when, how long after the one before, and what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import NamedTuple

from ..durations import SECOND, length_of
from ..errors import counted, listed
from ..lifecycle.lifecycle import Lifecycle
from ..lifecycle.states import AnyState, Polls, Step
from ..serving.api import FIRST_ERROR
from ..serving.calls import Call
from .events import Answered, Changed, Event, Moved, Started, Waited
from .folding import Folded
from .happened import Happened
from .names import short_names
from .plain import plain
from .served import answered, asked, percentage

_WIDEST = 60
"""Requests up to this width stand in a column, with the answers in the next."""


class Row(NamedTuple):
    """A line.

    Attributes:
        at_ns: when, in nanoseconds since 1970; ``None`` for what has its time from its neighbours.
        interval_ns: how long after the one before it, ``None`` for none.
        text: what happened.
        kind: the kind of event, in one word.
        mark: what stands before the line, empty for nothing.
    """

    at_ns: int | None
    interval_ns: int | None
    text: str
    kind: str
    mark: str = ""


class Rows:
    """The lines of a timeline.

    Args:
        timeline: the timeline.
        marks: what stands before the lines of some calls, by the calls' identity.
    """

    def __init__(self, timeline: Happened, marks: Mapping[int, str] | None = None) -> None:
        self._events: Sequence[Event] = timeline
        self._marks = marks or {}
        told = [one for one in timeline if isinstance(one, (Started, Changed))]
        shown = [one.call for one in timeline if isinstance(one, Answered)]
        self.names: Mapping[str, str] = short_names(
            name
            for name in (
                *(one.operation_id for one in told),
                *(name for call in shown for name in (*call._asked_for, *call.operations)),
            )
        )
        self._apis = {one.api for one in timeline if isinstance(one, (Started, Answered))}
        self._width = 0

    def first_marked(self) -> int | None:
        """The index of the first event that is marked, ``None`` if none is."""
        for index, event in enumerate(self._events):
            if isinstance(event, Answered) and self._marks.get(id(event.call), "")[:1] == ">":
                return index
        return None

    def kinds(self) -> list[Hashable]:
        """What each event is: those of one kind are folded into one line."""
        return [self._kind(event) for event in self._events]

    def _kind(self, event: Event) -> Hashable:
        if isinstance(event, Answered):
            call = event.call
            request, response = call.request, call.response
            mark = self._marks.get(id(call), "")[:1]
            return (
                mark, event.api, event.interval_ns, request.method, request._path, request._query,
                response.status_code, call.operations, call.states,
            )  # fmt: skip
        if isinstance(event, Changed):
            return Changed, event.api, event.before, event.state, event.seen
        if isinstance(event, Started):
            return Started, event.api, event.lifecycle
        assert isinstance(event, (Waited, Moved))
        return type(event), event.length_ns, event.line, event.times

    def align(self, indexes: Sequence[int]) -> None:
        """Let the answers of these events stand in one column."""
        widths = [
            len(self._request(event))
            for event in map(self._events.__getitem__, indexes)
            if isinstance(event, Answered)
        ]
        self._width = max((width for width in widths if width <= _WIDEST), default=0)

    def row(self, index: int) -> Row:
        """The line of this event."""
        event = self._events[index]
        if isinstance(event, Answered):
            request = f"{self._request(event):<{self._width}}"
            text = f"{request}  {answered(event.call, self.names)}"
            mark = self._marks.get(id(event.call), "")
            return Row(event.at_ns, event.interval_ns, text, "request", mark)
        if isinstance(event, Started):
            name = plain(event.operation_id)
            text = f"{event.api} starts {name}: {story(event.lifecycle)}"
            return Row(event.at_ns, None, text, "start")
        if isinstance(event, Changed):
            name = self.names[event.operation_id]
            unseen = "" if event.seen is not False else ", and no answer showed it"
            text = f"{name} is now {event.state.name}{unseen}"
            return Row(event.at_ns, None, text, "change", "" if event.seen is not False else "!")
        assert isinstance(event, (Waited, Moved))
        did = "the test moves the clock by" if isinstance(event, Moved) else "waits"
        times = f", {event.times:,} times" if event.times > 1 else ""
        place = "" if event.line is None else f" at {plain(event.line, 120)}"
        kind = "move" if isinstance(event, Moved) else "wait"
        return Row(None, None, f"{did} {length_of(event.length_ns)}{times}{place}", kind)

    def _request(self, event: Answered) -> str:
        api = f"{event.api} " if len(self._apis) > 1 else ""
        return f"{api}{asked(event.call, self.names)}"

    def fold(self, folded: Folded) -> Row:
        """The line that stands for these events."""
        events = self._events[folded.start : folded.end]
        calls = [event for event in events if isinstance(event, Answered)]
        mark = self._marks.get(id(calls[0].call), "")[:1] if calls and folded.is_repeat else ""
        if not folded.is_repeat:
            text = _mixed(events)
        elif calls:
            text = _polls(calls)
        else:
            text = _alike(events)
        return Row(None, None, f"… {text} …", "fold", mark)


def _polls(calls: Sequence[Answered]) -> str:
    intervals = {call.interval_ns for call in calls}
    told = list(dict.fromkeys(_outcomes(call.call) for call in calls))
    noun = "poll" if all(call.call._asked_for for call in calls) else "request"
    count = f"{len(calls):,} more {noun}{'s' if len(calls) > 1 else ''}"
    every = intervals.pop() if len(intervals) == 1 else None
    often = f" every {length_of(every)}" if every else ""
    span = [percentage(calls[at].call) for at in (0, -1)]
    percent = ""
    if None not in span and len(told) == 1:
        first, last = span
        percent = f", {first:g} %" if first == last else f", {first:g} to {last:g} %"
    all_alike = "all " if len(told) == 1 else ""
    outcomes = list(dict.fromkeys(outcome for outcomes in told for outcome in outcomes))
    if len(outcomes) > _MOST_OUTCOMES:
        outcomes[_MOST_OUTCOMES - 1 :] = ["others"]
    return f"{count}{often}, {all_alike}{listed(outcomes, 'and')}{percent}"


_MOST_OUTCOMES = 4
"""So many outcomes of requests that are folded into one line are told."""


def _outcomes(call: Call) -> tuple[str, ...]:
    """The state of each operation in the answer, or else its status."""
    if call.response.status_code >= FIRST_ERROR or not call.states:
        return (str(call.response.status_code),)
    return tuple(state.name for state in call.states)


def _alike(events: Sequence[Event]) -> str:
    first = events[0]
    count = len(events)
    if isinstance(first, Started):
        return f"{counted(count, f'more {first.api} operation')}, with the same lifecycle"
    if isinstance(first, Changed):
        unseen = "" if first.seen is not False else ", and no answer showed it"
        return f"{count:,} more are now {first.state.name}{unseen}"
    return _mixed(events)


_NOUNS: Mapping[type[Event], str] = {
    Answered: "request",
    Waited: "wait",
    Changed: "change",
    Started: "start",
    Moved: "clock move",
}


def _mixed(events: Sequence[Event]) -> str:
    counts = Counter(type(event) for event in events)
    return ", ".join(
        counted(counts[kind], f"more {noun}") for kind, noun in _NOUNS.items() if counts[kind]
    )


def story(lifecycle: Lifecycle) -> str:
    """A lifecycle in a few words.

    >>> story(Lifecycle.succeeds(pending=2, running=30))
    'PENDING 2 s, RUNNING 30 s, SUCCEEDED'
    """
    if lifecycle.by_hand:
        return "the test moves it by hand"
    steps = [step for step in lifecycle.plan if step.lasts != 0]
    return ", ".join(map(_step, steps))


def _step(step: Step) -> str:
    said = step.state.name
    if step.message is not None:
        said += f" {plain(repr(step.message), 60)}"
    if isinstance(step.lasts, Polls):
        return f"{said} for {counted(step.lasts.count, 'poll')}"
    if step.lasts is not None:
        return f"{said} {length_of(step.lasts)}"
    return said if step.state.done else f"{said} for ever"


Write = Callable[[int], str]
"""Writes a length of time in nanoseconds."""


def clock_format(longest: int) -> Write:
    """How the times of a timeline are written that is so many nanoseconds long.

    >>> clock_format(60 * SECOND)(5 * SECOND), clock_format(86_400 * SECOND)(3_605 * SECOND)
    ('5 s', '1:00:05')
    """
    if longest < _LONG:
        return length_of_seconds
    return _as_on_a_clock


_LONG = 1_000 * SECOND


def length_of_seconds(duration: int) -> str:
    """The time in seconds alone."""
    seconds, fraction = divmod(duration, SECOND)
    digits = f".{fraction:09d}".rstrip("0").rstrip(".")
    return f"{seconds}{digits} s"


def _as_on_a_clock(duration: int) -> str:
    seconds, fraction = divmod(duration, SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    digits = f".{fraction:09d}".rstrip("0").rstrip(".")
    day = f"{days} d " if days else ""
    return f"{day}{hours}:{minutes:02}:{seconds:02}{digits}"


def ending(states: Sequence[tuple[str, AnyState, int]], names: Mapping[str, str]) -> str:
    """How the operations stand at the end.

    Args:
        states: the id, the state and the number of polls of each.
        names: the short names.
    """
    if len(states) <= _FEW:
        return "; ".join(
            f"{names.get(name, name)} is {state.name}, {_seen(polls)}"
            for name, state, polls in states
        )
    counts = Counter(state.name for _, state, _ in states)
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


_FEW = 3


def _seen(polls: int) -> str:
    return f"shown by {counted(polls, 'answer')}" if polls else "shown by no answer"
