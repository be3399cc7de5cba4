"""When people of the sample write: working hours in their own zone, and seeded chance.

Chance is drawn per key, not from one stream: a text added later moves no other post.
Only arithmetic that is exact everywhere is used, so the same seed gives the same bytes on
every machine (`lognormvariate` and its kin go through the C library's `exp` and `log`).
"""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SEED = 20261120

# How much faster or slower than their usual a person replies; the median is 1.
HASTE = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.0, 1.3, 1.8, 2.6, 4.0)


def dice(key: str) -> random.Random:
    """The chance that belongs to `key` alone."""
    return random.Random(f"{SEED}/{key}")


class Calendar:
    """The working days and hours of the sites.

    Parameters
    ----------
    sites : the tables of sites.toml by site name: timezone, rest_days, hours.
    """

    def __init__(self, sites: dict[str, dict[str, Any]]) -> None:
        self._sites = sites

    def on_day(self, site: str, day: date, chance: random.Random) -> datetime:
        """A working minute on `day`, or on the next working day, in UTC."""
        row = self._sites[site]
        while day.weekday() in row["rest_days"]:
            day += timedelta(days=1)
        opens, closes = row["hours"]
        minute = opens * 60 + chance.randrange((closes - opens) * 60)
        local = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(row["timezone"]))
        return local.astimezone(UTC)

    def not_before(self, site: str, moment: datetime, chance: random.Random) -> datetime:
        """`moment` itself if somebody at `site` works then, else soon after they next begin."""
        row = self._sites[site]
        zone = ZoneInfo(row["timezone"])
        local = moment.astimezone(zone)
        opens, closes = row["hours"]
        day = local.date()
        if day.weekday() not in row["rest_days"] and opens <= local.hour < closes:
            return moment
        if local.hour >= closes:
            day += timedelta(days=1)
        while day.weekday() in row["rest_days"]:
            day += timedelta(days=1)
        start = datetime.combine(day, time(opens), zone).astimezone(UTC)
        return start + timedelta(minutes=chance.randrange(4, 110))

    def after(self, site: str, moment: datetime, hours: float, chance: random.Random) -> datetime:
        """A working minute about `hours` after `moment`, at least four minutes later."""
        wait = hours * chance.choice(HASTE) * (0.8 + 0.4 * chance.random())
        minutes = max(4, int(wait * 60))
        return self.not_before(site, moment + timedelta(minutes=minutes), chance)
