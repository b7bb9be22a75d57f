"""Which outside anchors a bundle holds: those that came later must not change it when it is drawn again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foia', '0002_protection'),
    ]

    operations = [
        migrations.AddField(model_name='bundle', name='anchors', field=models.JSONField(default=list)),
    ]
