"""The percentage that a running operation shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import InvalidArgument, hides_usage_errors

__tracebackhide__ = hides_usage_errors


def checked_percent(value: object, what: str = "percent") -> float:
    """The value, if it is a percentage.

    Raises:
        InvalidArgument: for anything but a number from 0 to 100.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise InvalidArgument(f"{what} must be a number from 0 to 100, not {value!r}", value=value)
    return value


class Line(NamedTuple):
    """The share of one of several running steps in a straight line from 0 to a percentage.

    Attributes:
        target: the percentage at the end of the last of the steps.
        place: the index of the step, from 0.
        steps: the number of the steps.
    """

    target: int
    place: int
    steps: int

    def at(self, share: float) -> int:
        """The whole percentage once this share of the step's time has passed."""
        return int(self.target * ((self.place + share) / self.steps))


@dataclass(frozen=True)
class Progress:
    """A curve from the share of a step's time that has passed to a percentage.

    Make one with `curve`, `stalled`, `full` or `absent`. Without one, the percentage of a running
    operation grows evenly to the percentage of the next state.

    Attributes:
        points: pairs of share (0.0 to 1.0, rising) and percent (0 to 100). Between two points the
            curve is a straight line; before the first and after the last it is level. Empty if the
            server sends no percentage.

    >>> stalled = Progress.stalled(90)
    >>> [stalled.at(share) for share in (0, 0.25, 0.5, 1)]
    [0, 45, 90, 90]
    """

    points: tuple[tuple[float, float], ...]

    @classmethod
    def curve(cls, points: Iterable[tuple[float, float]]) -> Progress:
        """A curve through points; it may also fall, as on real servers.

        >>> Progress.curve([(0, 0), (0.5, 90), (1, 99)]).at(0.25)
        45
        """
        if not isinstance(points, Iterable):
            raise InvalidArgument(
                f"a curve is made of pairs of share and percent, not {points!r}", value=points
            )
        checked: list[tuple[float, float]] = []
        for point in points:
            if not isinstance(point, (tuple, list)) or len(point) != 2:
                raise InvalidArgument(
                    f"a curve is made of pairs of share and percent, like (0.5, 90), not {point!r}",
                    value=point,
                )
            share, percent = point
            before = checked[-1][0] if checked else 0
            if (
                isinstance(share, bool)
                or not isinstance(share, (int, float))
                or (not before <= share <= 1)
            ):
                raise InvalidArgument(
                    f"a curve's shares must rise from 0 to 1; {share!r} follows {before!r}",
                    value=share,
                )
            checked.append((share, checked_percent(percent, "a curve's percent")))
        if not checked:
            raise InvalidArgument(
                "a curve needs at least one point; for no percentage use Progress.absent()",
                value=points,
            )
        return cls(tuple(checked))

    @classmethod
    def stalled(cls, at: float, after: float = 0.5) -> Progress:
        """Grows to ``at`` percent during the share ``after`` of the time, then stays there."""
        return cls.curve([(0, 0), (after, at), (1, at)])

    @classmethod
    def full(cls) -> Progress:
        """100 percent from the start, though the operation is still running."""
        return cls.curve([(0, 100)])

    @classmethod
    def absent(cls) -> Progress:
        """No percentage."""
        return cls(())

    def at(self, share: float) -> int | None:
        """The whole percentage once this share of the time has passed, or ``None``."""
        if not self.points:
            return None
        last_share, last_percent = self.points[0]
        for point_share, percent in self.points:
            if share < point_share:
                if point_share == last_share:
                    break
                rise = (percent - last_percent) * (share - last_share)
                return int(last_percent + rise / (point_share - last_share))
            last_share, last_percent = point_share, percent
        return int(last_percent)
