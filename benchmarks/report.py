"""The lines of the table, and how they are printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Union


@dataclass(frozen=True)
class Ratio:
    """How long one thing took, as a multiple of another, round by round."""

    what: str
    times: Sequence[float]
    against: str
    base: Sequence[float]
    bar: float | None = None

    @property
    def rounds(self) -> list[float]:
        return [time / base for time, base in zip(self.times, self.base, strict=True)]

    @property
    def value(self) -> float:
        return median(self.rounds)

    def cells(self) -> tuple[str, ...]:
        ratios = self.rounds
        return (
            self.what,
            seconds(median(self.times)),
            f"{self.against} {seconds(median(self.base))}",
            f"{self.value:.3g}",
            f"{min(ratios):.3g} to {max(ratios):.3g}",
            _verdict(self.value, self.bar, ""),
        )


@dataclass(frozen=True)
class Figure:
    """A number by itself: it depends on the machine, unlike a ratio."""

    what: str
    values: Sequence[float]
    unit: str = "s"
    bar: float | None = None
    note: str = ""

    @property
    def value(self) -> float:
        return median(self.values)

    def cells(self) -> tuple[str, ...]:
        low, high = min(self.values), max(self.values)
        spread = f"{self._shown(low)} to {self._shown(high)}" if low != high else ""
        verdict = _verdict(self.value, self.bar, self.unit)
        return (self.what, self._shown(self.value), self.note, "", spread, verdict)

    def _shown(self, value: float) -> str:
        return seconds(value) if self.unit == "s" else f"{value:.4g} {self.unit}"


@dataclass(frozen=True)
class Missing:
    """Something that could not be measured."""

    what: str
    why: str = "not installed"

    def cells(self) -> tuple[str, ...]:
        return (self.what, self.why, "", "", "", "")


Row = Union[Ratio, Figure, Missing]

_HEAD = ("", "time", "against", "ratio", "spread", "bar")


def seconds(value: float) -> str:
    """The time in the unit that suits it.

    >>> seconds(0.000125), seconds(2.5)
    ('125 us', '2.5 s')
    """
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def _verdict(value: float, bar: float | None, unit: str) -> str:
    if bar is None:
        return ""
    limit = seconds(bar) if unit == "s" else f"{bar:g} {unit}".strip()
    return f"<= {limit} {'ok' if value <= bar else 'SHORT'}"


def table(title: str, rows: Sequence[Row]) -> Iterator[str]:
    """The lines of one benchmark."""
    cells = [_HEAD, *(row.cells() for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEAD))]
    yield title
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {line}".rstrip()
