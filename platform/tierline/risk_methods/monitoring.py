"""Early signs in a row of periods: EWMA, CUSUM, Holt's trend, and silence against an own rhythm.

Rows are accounts, columns periods; what is unknown (NaN) changes nothing and signals nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_GAPS = 3
"""With fewer gaps between purchases an account has no rhythm of its own."""


@dataclass(frozen=True)
class Chart:
    """A chart's figures (accounts × periods), its limits, and where it signals."""

    values: Numbers
    lower: Numbers
    upper: Numbers
    signals: Flags

    @property
    def first_signal(self) -> NDArray[np.int64]:
        """Return the number (from 1) of each account's first period that signals; 0: none."""
        found: NDArray[np.int64] = np.where(
            self.signals.any(axis=1), self.signals.argmax(axis=1) + 1, 0
        )
        return found


def _rows(values: Any) -> Numbers:
    rows: Numbers = np.atleast_2d(np.asarray(values, dtype=float))
    return rows


def _column(value: Any) -> Numbers:
    column: Numbers = np.atleast_1d(np.asarray(value, dtype=float))[:, None]
    return column


def ewma(
    values: Any, mean: Any, deviation: Any, *, weight: float = 0.3, width: float = 3.0
) -> Chart:
    """Return the exponentially weighted moving average (Roberts 1959): z = w x + (1 - w) z.

    Limits are those of a long row, mean ± width · deviation · sqrt(w / (2 - w)) (NIST/SEMATECH
    e-Handbook 6.3.2.4). A mean and a deviation for all accounts, or one for each.
    """
    rows, middle = _rows(values), _column(mean)
    z = np.empty_like(rows)
    now = np.broadcast_to(middle[:, 0], rows.shape[:1]).astype(float)
    for period in range(rows.shape[1]):
        seen = rows[:, period]
        now = np.where(np.isnan(seen), now, weight * seen + (1 - weight) * now)
        z[:, period] = now
    away = width * _column(deviation) * np.sqrt(weight / (2 - weight))
    lower, upper = middle - away, middle + away
    return Chart(z, lower, upper, ((z < lower) | (z > upper)) & ~np.isnan(rows))


@dataclass(frozen=True)
class Cusum:
    """What has added up above and below the target, and where it passed the limit."""

    above: Numbers
    below: Numbers
    signals: Flags

    @property
    def first_signal(self) -> NDArray[np.int64]:
        """Return the number (from 1) of each account's first period that signals; 0: none."""
        return Chart(self.above, self.above, self.above, self.signals).first_signal


def cusum(values: Any, target: Any, *, slack: Any, limit: Any) -> Cusum:
    """Return the tabular CUSUM (Page 1954; NIST/SEMATECH e-Handbook 6.3.2.3), both sides.

    S = max(0, S + (x - target) - slack) above and with the other sign below; it signals past the
    limit. All in the unit of the values.
    """
    rows = _rows(values)
    goal, k, h = (_column(each)[:, 0] for each in (target, slack, limit))
    above, below = np.zeros(rows.shape), np.zeros(rows.shape)
    high = low = np.zeros(rows.shape[0])
    for period in range(rows.shape[1]):
        seen = rows[:, period]
        known = ~np.isnan(seen)
        high = np.where(known, np.maximum(0, high + seen - goal - k), high)
        low = np.where(known, np.maximum(0, low + goal - k - seen), low)
        above[:, period], below[:, period] = high, low
    passed = (above > h[:, None]) | (below > h[:, None])
    return Cusum(above, below, passed & ~np.isnan(rows))


def holt(values: Any, *, level: float, trend: float, ahead: int) -> Numbers:
    """Return forecasts for the periods ahead by double exponential smoothing (Holt 1957).

    Starts at the first value with the mean of the first three differences (NIST 6.4.3.3).

    Raises:
        ValueError: fewer than four values, or one that is unknown.
    """
    row = np.asarray(values, dtype=float)
    if len(row) < 4 or np.isnan(row).any():
        raise ValueError("needs four known values or more")
    now, slope = row[0], float(np.mean(np.diff(row[:4])))
    for seen in row[1:]:
        before = now
        now = level * seen + (1 - level) * (now + slope)
        slope = trend * (now - before) + (1 - trend) * slope
    forecast: Numbers = now + slope * np.arange(1, ahead + 1)
    return forecast


@dataclass(frozen=True)
class Silence:
    """How long an account has not bought, against the gaps between its purchases."""

    days: int
    usual: float | None  # the median gap in days; None: no rhythm of its own
    times: float | None  # how many usual gaps the silence is long
    share_as_long: float | None  # of (gaps + 1) as long or longer, the present one included
    gaps: int


def silence(purchase_days: Any, today: int) -> Silence | None:
    """Return an account's silence as of a day number; None where it never bought until then.

    Nothing after the day is looked at; several purchases on one day are one.
    """
    days = np.unique(np.asarray(purchase_days, dtype=int))
    days = days[days <= today]
    if not len(days):
        return None
    since, gaps = int(today - days[-1]), np.diff(days)
    if len(gaps) < LEAST_GAPS:
        return Silence(since, None, None, None, len(gaps))
    usual = float(np.median(gaps))
    as_long = (int(np.sum(gaps >= since)) + 1) / (len(gaps) + 1)
    return Silence(since, usual, since / usual, as_long, len(gaps))
