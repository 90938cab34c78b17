from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_paths_and_papers")]

    operations = [
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(
                condition=models.Q(("path__regex", "/$")),
                name="office_path_given",
                violation_error_message="机构路径缺失。",
            ),
        ),
    ]
