"""The public face: an inbox, copies of released bundles, and a schema of views for a role of its own."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models

from archive.tables import TableClass, sql_protect
from foia.portal.face import sql_face


class Migration(migrations.Migration):

    dependencies = [
        ('foia', '0004_teams'),
    ]

    operations = [
        migrations.CreateModel(
            name='InboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('thing', models.UUIDField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'inbox',
            },
        ),
        migrations.CreateModel(
            name='PublishedBundle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('version_id', models.CharField(default='', max_length=255)),
                ('made_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='published', to='foia.production')),
            ],
            options={
                'db_table': 'published_bundle',
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('production',), name='published_bundle_once')],
            },
        ),
        *[migrations.RunSQL(sql_protect(table, TableClass.WORKING)) for table in ("inbox", "published_bundle")],
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app"),
        migrations.RunSQL("ALTER TABLE inbox ADD CONSTRAINT inbox_kind CHECK (kind IN ('release.download'))"),
        migrations.RunSQL(sql_face()),
    ]
