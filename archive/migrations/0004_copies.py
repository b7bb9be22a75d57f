"""A row for each copy of an object, and what fixity finds; the first copy's row comes with its object."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from archive.storage.first_copy import SQL_FIRST_COPY
from archive.tables import TableClass, sql_protect


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0003_anchors'),
    ]

    operations = [
        migrations.CreateModel(
            name='FixityAcknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('words_ref', models.UUIDField()),
            ],
            options={
                'db_table': 'fixity_acknowledgement',
            },
        ),
        migrations.CreateModel(
            name='FixityFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('object_key', models.UUIDField()),
                ('copy_key', models.UUIDField()),
                ('store', models.CharField(max_length=32)),
                ('code', models.CharField(choices=[('damaged', 'Damaged'), ('missing', 'Missing'), ('repaired', 'Repaired'), ('recovered', 'Recovered'), ('irreparable', 'Irreparable'), ('unlocked', 'Unlocked')], max_length=16)),
                ('repaired_from', models.CharField(default='', max_length=32)),
            ],
            options={
                'db_table': 'fixity_finding',
            },
        ),
        migrations.CreateModel(
            name='FixityRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('checked', models.BigIntegerField()),
                ('bytes', models.BigIntegerField()),
                ('damaged', models.BigIntegerField()),
                ('missing', models.BigIntegerField()),
                ('repaired', models.BigIntegerField()),
                ('unanswered', models.CharField(default='', max_length=200)),
            ],
            options={
                'db_table': 'fixity_round',
            },
        ),
        migrations.CreateModel(
            name='StoredCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store', models.CharField(max_length=32)),
                ('key', models.UUIDField(unique=True)),
                ('version_id', models.CharField(default='', max_length=255)),
                ('lock_until', models.DateTimeField(null=True)),
                ('level', models.CharField(default='', max_length=16)),
                ('held', models.BooleanField(default=False, null=True)),
                ('flag_due_at', models.DateTimeField(null=True)),
                ('put_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(choices=[('', 'Unread'), ('good', 'Good'), ('damaged', 'Damaged'), ('missing', 'Missing'), ('irreparable', 'Irreparable')], default='', max_length=16)),
            ],
            options={
                'db_table': 'stored_copy',
            },
        ),
        migrations.AddField(
            model_name='objectintent',
            name='store',
            field=models.CharField(default='', max_length=32),
        ),
        migrations.AddField(
            model_name='objectintent',
            name='version_id',
            field=models.CharField(default='', max_length=255),
        ),
        migrations.AddField(
            model_name='storedobject',
            name='copied_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(condition=models.Q(('copied_at', None), ('doomed_at', None)), fields=['id'], name='object_uncopied'),
        ),
        migrations.AddField(
            model_name='fixityacknowledgement',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='fixityfinding',
            index=models.Index(fields=['at'], name='fixity_finding_at'),
        ),
        migrations.AddIndex(
            model_name='fixityfinding',
            index=models.Index(condition=models.Q(('code__in', ['irreparable', 'unlocked'])), fields=['at'], name='fixity_alarm'),
        ),
        migrations.AddField(
            model_name='fixityacknowledgement',
            name='finding',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgement', to='archive.fixityfinding'),
        ),
        migrations.AddIndex(
            model_name='fixityround',
            index=models.Index(fields=['ended_at'], name='fixity_round_ended'),
        ),
        migrations.AddField(
            model_name='storedcopy',
            name='object',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='copies', to='archive.storedobject'),
        ),
        migrations.AddIndex(
            model_name='storedcopy',
            index=models.Index(models.OrderBy(models.F('checked_at'), nulls_first=True), models.F('id'), name='copy_fixity'),
        ),
        migrations.AddIndex(
            model_name='storedcopy',
            index=models.Index(condition=models.Q(('outcome__in', ['', 'good']), _negated=True), fields=['checked_at'], name='copy_bad'),
        ),
        migrations.AddIndex(
            model_name='storedcopy',
            index=models.Index(condition=models.Q(('flag_due_at__isnull', False)), fields=['flag_due_at'], name='copy_flag_due'),
        ),
        migrations.AddIndex(
            model_name='storedcopy',
            index=models.Index(condition=models.Q(('lock_until__isnull', False)), fields=['lock_until'], name='copy_lock'),
        ),
        migrations.AddConstraint(
            model_name='storedcopy',
            constraint=models.UniqueConstraint(fields=('object', 'store'), name='stored_copy_once'),
        ),
        *[
            migrations.RunSQL(sql_protect(table, kind))
            for table, kind in (
                ("stored_copy", TableClass.WORKING),
                ("fixity_round", TableClass.EVIDENCE),
                ("fixity_finding", TableClass.EVIDENCE),
                ("fixity_acknowledgement", TableClass.EVIDENCE),
            )
        ],
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app;"),
        migrations.RunSQL(SQL_FIRST_COPY),
    ]
