"""A state that was kept for one comparison says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("returns", "0002_signatures")]

    operations = [
        migrations.AddField(
            model_name="snapshot",
            name="passing",
            field=models.BooleanField("只为一次比较", default=False, db_default=False),
        ),
    ]
