import django.db.models.deletion
from django.db import migrations, models

from liangtian.platform.bulk_keys import drop_foreign_keys


def by_statement(apps, schema_editor):
    drop_foreign_keys(
        schema_editor,
        {
            "overlays_plot": ("run_id", "region_id"),
            "overlays_part": ("plot_id", "layer_id", "region_id"),
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("overlays", "0002_fewer_indices"),
        ("regions", "0003_region_imports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="part",
            name="region",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="regions.region",
                verbose_name="所在区划",
            ),
        ),
        migrations.AlterField(
            model_name="plot",
            name="region",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="regions.region",
                verbose_name="所在区划",
            ),
        ),
        # Back again: the checks by statement go on standing.
        migrations.RunPython(by_statement, migrations.RunPython.noop),
    ]
