"""The figures of every township of a county that warnings (督办) are proposed by, and their ranking.

One grouped query for each table they come from. `in_scope` and `projects_refusing` are left out: the
threshold of accountability is one of counties and above, and that a project refuses is for a person to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Left

from liangtian.platform.calendar.models import Deadline
from liangtian.platform.people.scope import below
from liangtian.platform.regions.models import Region
from liangtian.policy.clocks import annual_due
from liangtian.policy.pack import Pack
from liangtian.policy.warning_measures import ranked
from liangtian.policy.warning_schema import Metric
from liangtian.programmes.enforcement import flow, warning_flow
from liangtian.programmes.enforcement.models import (
    Disposition,
    Outcome,
    Patch,
    PatchPart,
    TownshipWarning,
)

TOWNSHIP = 9  # digits of its code
NOTICE, TALK, TRANSFER = (
    "notice",
    "talk",
    "transfer",
)  # measures of the pack that have rules of their own
_NOUGHT = Decimal(0)
_UNANSWERED: dict[str, Metric] = {NOTICE: "notices_unanswered", TALK: "talks_unheeded"}


@dataclass(frozen=True)
class Standing:
    """One township: its place, and the figures the rules compare. Areas in mu of farmland."""

    region: Region
    place: int
    figures: dict[Metric, Decimal]

    @property
    def share(self) -> Decimal | None:
        """Percent of the illegal farmland put right; None without any."""
        return self.figures.get("put_right_percent")


def campaign_years(on: date, pack: Pack) -> list[int]:
    """The campaign years under way: this one, and last year's until its result is due. Newest first."""
    return [on.year, *([on.year - 1] if on <= annual_due(on.year - 1, pack).due else [])]


def standings(county: str, year: int, on: date, pack: Pack) -> list[Standing]:
    """Every township of a county, best first; `on` is the day up to which things are overdue."""
    towns = list(
        Region.objects.current().filter(below(county, "code"), level="township").order_by("code")
    )
    found: dict[str, dict[Metric, Decimal]] = defaultdict(dict)
    for town, metric, figure in _counted(county, year, on, pack):
        found[town][metric] = found[town].get(metric, _NOUGHT) + figure
    for code in [one.code for one in towns]:
        _complete(found[code])
    places = ranked(
        [
            (t.code, found[t.code].get("put_right_percent", _NOUGHT), found[t.code]["open_illegal_mu"])
            for t in towns
        ]
    )  # fmt: skip
    by_code = {town.code: town for town in towns}
    for one in places:
        found[one.township]["place_from_worst"] = Decimal(one.from_worst)
    return [Standing(by_code[one.township], one.place, found[one.township]) for one in places]


def _complete(figures: dict[Metric, Decimal]) -> None:
    counted: tuple[Metric, ...] = (
        "late_judgements", "late_remedies", "illegal_mu", "open_illegal_mu",
        "notices_unanswered", "letters_unanswered", "talks_unheeded",
    )  # fmt: skip
    for metric in counted:
        figures.setdefault(metric, _NOUGHT)
    if illegal := figures["illegal_mu"]:
        figures["put_right_percent"] = (illegal - figures["open_illegal_mu"]) * 100 / illegal


def _counted(county: str, year: int, on: date, pack: Pack) -> Iterator[tuple[str, Metric, Decimal]]:
    for row in _parts(county, year):
        illegal = row["mu"] or _NOUGHT
        yield row["town"], "illegal_mu", illegal
        yield row["town"], "open_illegal_mu", illegal - row["restored"] - row["regularised"]
    for town, count in _late_judgements(county, year, on, pack):
        yield town, "late_judgements", Decimal(count)
    for town, count in _late_remedies(county, year, on):
        yield town, "late_remedies", Decimal(count)
    for town, measure, count in _unanswered(county, year, on):
        yield town, _UNANSWERED.get(measure, "letters_unanswered"), Decimal(count)


def _parts(county: str, year: int) -> Iterator[dict[str, Any]]:
    """Illegal parts of judged and confirmed patches by township: farmland, restored, papers completed.

    What the accountability ratio counts in neither of its figures is left out here as well.
    """
    rows = PatchPart.objects.filter(
        below(county, "patch__region__code"), judgement=Outcome.ILLEGAL,
        old_construction=False, farm_damage=False,
        patch__case__stage__in=flow.SETTLED, patch__batch__period__startswith=f"{year}-",
    ).exclude(project__duty_done=True)  # fmt: skip
    grouped = rows.order_by().annotate(town=Left("patch__region_id", TOWNSHIP)).values("town")
    sums = {"mu": Sum("farmland_mu"), "restored": Sum("restored_mu")}
    for row in grouped.annotate(**sums, regularised=Sum("regularised_mu")):
        yield dict(row)


def _late_judgements(county: str, year: int, on: date, pack: Pack) -> Iterator[tuple[str, int]]:
    """Patches whose time to be judged and confirmed (月清) has run out."""
    wanted = [o.id for o in pack.obligations if o.event == flow.RECEIVED_EVENT]
    patches = Patch.objects.filter(
        below(county), batch__period__startswith=f"{year}-", case__stage__in=(*flow.UNJUDGED, flow.JUDGED)
    )  # fmt: skip
    rows = Deadline.objects.filter(
        source_kind=flow.KIND, obligation__in=wanted, done_on=None, paused_on=None,
        due_on__lt=on, source_id__in=patches.order_by().values("case_id"),
    )  # fmt: skip
    grouped = rows.order_by().annotate(town=Left("region_id", TOWNSHIP)).values("town")
    for row in grouped.annotate(count=Count("source_id", distinct=True)):
        yield row["town"], row["count"]


def _late_remedies(county: str, year: int, on: date) -> Iterator[tuple[str, int]]:
    """Patches with a part whose time to be put right has run out before it was accepted."""
    rows = Disposition.objects.filter(
        below(county, "part__patch__region__code"), due_on__lt=on, accepted_on=None,
        part__judgement=Outcome.ILLEGAL, part__patch__case__stage__in=flow.SETTLED,
        part__patch__batch__period__startswith=f"{year}-",
    )  # fmt: skip
    grouped = rows.order_by().annotate(town=Left("part__patch__region_id", TOWNSHIP)).values("town")
    for row in grouped.annotate(count=Count("part__patch", distinct=True)):
        yield row["town"], row["count"]


def _unanswered(county: str, year: int, on: date) -> Iterator[tuple[str, str, int]]:
    """Warnings sent whose answer is overdue, as the calendar keeps its day."""
    overdue = Deadline.objects.filter(
        source_kind=warning_flow.KIND, done_on=None, paused_on=None, due_on__lt=on
    )
    rows = TownshipWarning.objects.filter(
        below(county),
        year=year,
        case__stage=warning_flow.SENT,
        case__in=overdue.values("source_id"),
    )
    for row in rows.order_by().values("region_id", "measure").annotate(count=Count("pk")):
        yield row["region_id"], row["measure"], row["count"]
