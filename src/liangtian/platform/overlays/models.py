"""Overlay runs (多图层套合): every plot of a source measured against many reference layers.

A run names all it was made with, so that it can be made again: source, layer versions, engine, pack. Its rows
are written once, in bulk, and are shown when the last one is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel, ScopedQuerySet

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


OUTSIDE = "图层以外"  # what the category "" is called


class RunQuerySet(ScopedQuerySet):
    def visible_to(self, user: User) -> Self:
        """Runs of the user's region, below it, or above it: of those the rows of one's own region are shown."""
        if not user.is_active or not user.region_id:
            return self.none()
        above = [user.region_id[:length] for length in range(2, len(user.region_id) + 1)]
        return self.filter(
            Q(region_id__in=above) | Q(region__code__startswith=user.region_id), discarded_at=None
        )


class Run(ScopedModel):
    """One run over the plots of `region`. Of `expected` plots of the source, `plots` are stored; `done_at` is set with the last.

    `ordered` also counts the ground of each plot to the first layer, in order, that covers it (按顺序扣除). With
    `near` each plot has its distance to the nearest figure of that version, up to `near_m` metres. Shares up to
    `sliver_m2`, the tolerance of the pack named, are slivers and not counted as touching.
    """

    title = models.CharField("名称", max_length=120)
    source = models.CharField("地块来源", max_length=30)
    source_key = models.BigIntegerField("来源编号")
    source_title = models.CharField("来源名称", max_length=160)
    expected = models.PositiveIntegerField("来源地块数")
    as_of = models.DateField("基准日期")
    ordered = models.BooleanField("按顺序扣除", default=False)
    near = models.ForeignKey(
        "layers.LayerVersion", models.PROTECT, null=True, verbose_name="距离图层", related_name="+"
    )
    near_m = models.PositiveIntegerField("最远距离(米)", null=True)
    engine = models.CharField("引擎", max_length=60, blank=True)
    pack = models.CharField("政策包", max_length=80, blank=True)
    pack_version = models.CharField("政策包版本", max_length=80, blank=True)
    sliver_m2 = models.DecimalField("细碎容差(平方米)", max_digits=9, decimal_places=2, default=0)
    plots = models.PositiveIntegerField("地块数", default=0)
    job = models.ForeignKey(
        "jobs.Job", models.SET_NULL, null=True, verbose_name="任务", related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    done_at = models.DateTimeField("完成时间", null=True)
    discarded_at = models.DateTimeField("删除时间", null=True)

    objects = RunQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "多图层套合"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="overlay_run_near_and_how_far",
                condition=Q(near=None, near_m=None) | Q(near__isnull=False, near_m__gt=0),
            ),
            models.CheckConstraint(
                name="overlay_run_done_names_engine",
                condition=Q(done_at=None) | ~Q(engine=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RunLayer(models.Model):
    """A version that a run measures against, at its place in the order."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="layers")
    position = models.PositiveSmallIntegerField("顺序")
    version = models.ForeignKey(
        "layers.LayerVersion", models.PROTECT, verbose_name="图层版本", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "套合图层"
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(name="overlay_layer_place", fields=["run", "position"]),
            models.UniqueConstraint(name="overlay_layer_once", fields=["run", "version"]),
        ]

    def __str__(self) -> str:
        return str(self.version)


class Plot(ScopedModel):
    """A plot of a run: `key` is its id in the source, `m2` its official area, `at` a place in it (lon,lat).

    `region` is where its largest part lies. `near_m` is empty when nothing is as near as the run asks.
    """

    # On PostgreSQL the keys of plots and parts are checked by statement, not by row (`bulk_keys`).
    run = models.ForeignKey(Run, models.CASCADE, related_name="+", db_index=False)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, verbose_name="所在区划", related_name="+", db_index=False
    )
    row = models.PositiveIntegerField("行号")
    key = models.BigIntegerField("来源编号")
    number = models.CharField("地块编号", max_length=80)
    category = models.CharField("地块类别", max_length=40, blank=True)
    m2 = models.DecimalField("面积(平方米)", max_digits=15, decimal_places=2)
    at = models.CharField("位置", max_length=24)
    near_m = models.DecimalField("距离(米)", max_digits=9, decimal_places=2, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "套合地块"
        ordering = ["run", "row"]
        constraints = [
            models.UniqueConstraint(name="overlay_plot_row", fields=["run", "row"]),
            models.CheckConstraint(name="overlay_plot_area", condition=Q(m2__gte=0)),
            models.CheckConstraint(
                name="overlay_plot_distance", condition=Q(near_m=None) | Q(near_m__gte=0)
            ),
        ]
        indexes = [models.Index(name="overlay_plot_of_region", fields=["run", "region"])]

    def __str__(self) -> str:
        return self.number


class Measure(models.TextChoices):
    """What a row counts: all ground of a category, or the ground that no earlier layer covers."""

    AREA = "area", "各类面积"
    FIRST = "first", "按顺序扣除"


class Part(ScopedModel):
    """m² of a plot in one category of one layer; category "" lies outside. Per plot and layer AREA rows sum to
    the plot's area; FIRST rows of a plot (category "") are the ground its layers cover, counted once."""

    # No index of their own: those below begin with them, and each costs a fifth of the writing.
    plot = models.ForeignKey(Plot, models.CASCADE, related_name="parts", db_index=False)
    layer = models.ForeignKey(RunLayer, models.CASCADE, related_name="+", db_index=False)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, verbose_name="所在区划", related_name="+", db_index=False
    )
    measure = models.CharField("口径", max_length=5, choices=Measure)
    category = models.CharField("类别", max_length=40, blank=True)
    m2 = models.DecimalField("面积(平方米)", max_digits=15, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "套合面积"
        ordering = ["plot", "layer", "category"]
        constraints = [
            models.UniqueConstraint(
                name="overlay_part_once", fields=["plot", "layer", "measure", "category"]
            ),
            models.CheckConstraint(name="overlay_part_area", condition=Q(m2__gt=0)),
        ]
        indexes = [
            models.Index(name="overlay_part_of_layer", fields=["layer", "measure", "category"])
        ]


class Total(ScopedModel):
    """Sums of a run by region, layer, measure and category; `touched` counts plots beyond the sliver tolerance."""

    layer = models.ForeignKey(RunLayer, models.CASCADE, related_name="totals")
    measure = models.CharField("口径", max_length=5, choices=Measure)
    category = models.CharField("类别", max_length=40, blank=True)
    m2 = models.DecimalField("面积(平方米)", max_digits=17, decimal_places=2)
    touched = models.PositiveIntegerField("涉及地块数")

    class Meta:
        verbose_name = verbose_name_plural = "套合合计"
        ordering = ["layer", "region", "category"]
        constraints = [
            models.UniqueConstraint(
                name="overlay_total_once", fields=["layer", "measure", "region", "category"]
            ),
            models.CheckConstraint(name="overlay_total_area", condition=Q(m2__gt=0)),
        ]
