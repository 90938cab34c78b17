"""Who reversed a bill by hand or undid a waiver, and why."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

PERSON = {"null": True, "on_delete": django.db.models.deletion.PROTECT, "related_name": "+"}
WHY = {"blank": True, "db_default": "", "default": "", "max_length": 300}


class Migration(migrations.Migration):
    dependencies = [
        ("books", "__first__"),
        ("holdings", "0005_intake"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    old_programs_go_on = {
        "bill_reversed_by_hand_says_why": "old programs leave both empty",
        "waiver_decided_by_another": "weaker than the constraint it takes the place of",
        "waiver_undone_by_another": "old programs undo none",
    }
    operations = [
        migrations.AddField(
            "bill",
            "reversed_by",
            models.ForeignKey(to=settings.AUTH_USER_MODEL, verbose_name="冲销人", **PERSON),
        ),
        migrations.AddField("bill", "reason", models.CharField(verbose_name="冲销原因", **WHY)),
        migrations.AddConstraint(
            "bill",
            models.CheckConstraint(
                name="bill_reversed_by_hand_says_why",
                condition=Q(reversed_by=None, reason="")
                | (Q(reversed_by__isnull=False, reversed_on__isnull=False) & ~Q(reason="")),
            ),
        ),
        migrations.AlterField(
            "waiver",
            "state",
            models.CharField(
                choices=[
                    ("asked", "待审批"),
                    ("approved", "已批准"),
                    ("refused", "未批准"),
                    ("undone", "已撤销"),
                ],
                default="asked",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            "waiver",
            "undone_by",
            models.ForeignKey(to=settings.AUTH_USER_MODEL, verbose_name="撤销人", **PERSON),
        ),
        migrations.AddField(
            "waiver", "undone_at", models.DateTimeField(null=True, verbose_name="撤销时间")
        ),
        migrations.AddField(
            "waiver", "undone_why", models.CharField(verbose_name="撤销原因", **WHY)
        ),
        migrations.AddField(
            "waiver",
            "reversal",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="waiver_undone",
                to="books.entry",
                verbose_name="撤销分录",
            ),
        ),
        migrations.RemoveConstraint("waiver", "waiver_decided_by_another"),
        migrations.AddConstraint(
            "waiver",
            models.CheckConstraint(
                name="waiver_decided_by_another",
                condition=Q(state="asked", decided_by=None, entry=None)
                | (Q(state="refused", entry=None) & ~Q(decided_by=F("asked_by")))
                | (
                    Q(state__in=("approved", "undone"), entry__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
        ),
        migrations.AddConstraint(
            "waiver",
            models.CheckConstraint(
                name="waiver_undone_by_another",
                condition=(
                    ~Q(state="undone")
                    & Q(undone_by=None, undone_at=None, undone_why="", reversal=None)
                )
                | (
                    Q(state="undone", undone_at__isnull=False, reversal__isnull=False)
                    & ~Q(undone_by=F("decided_by"))
                    & ~Q(undone_why="")
                ),
            ),
        ),
    ]
