"""Outside anchors, and the results of fsck; the sequencer may add padding and put back what a restore lost."""

import django.db.models.deletion
from django.db import migrations, models

from archive.tables import TableClass, sql_protect


SQL_SEQUENCER = """
GRANT INSERT ON ledger_event, ledger_event_content, ledger_subject, ledger_pending TO daybook_sequencer;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app;
GRANT USAGE, SELECT ON SEQUENCE ledger_pending_id_seq, ledger_subject_id_seq TO daybook_sequencer;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0002_protection'),
    ]

    operations = [
        migrations.CreateModel(
            name='FsckRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('size', models.BigIntegerField(default=0)),
                ('counts', models.JSONField(default=dict)),
                ('findings', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'fsck_run',
            },
        ),
        migrations.CreateModel(
            name='Anchor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('log_id', models.SmallIntegerField(default=1)),
                ('size', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('tsa', 'Tsa'), ('witness', 'Witness'), ('worm', 'Worm'), ('mail', 'Mail')], max_length=16)),
                ('name', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('read', models.BooleanField(default=True)),
                ('octets', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_anchor',
                'constraints': [models.UniqueConstraint(fields=('log_id', 'size', 'kind', 'name'), name='ledger_anchor_once')],
            },
        ),
        migrations.CreateModel(
            name='AnchorTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('tsa', 'Tsa'), ('witness', 'Witness'), ('worm', 'Worm'), ('mail', 'Mail')], max_length=16)),
                ('name', models.CharField(max_length=200)),
                ('size', models.BigIntegerField(default=0)),
                ('anchored_at', models.DateTimeField(null=True)),
                ('tried_at', models.DateTimeField(null=True)),
                ('failures', models.IntegerField(default=0)),
                ('failure', models.CharField(default='', max_length=500)),
            ],
            options={
                'db_table': 'ledger_anchor_target',
                'constraints': [models.UniqueConstraint(fields=('kind', 'name'), name='ledger_anchor_target_once')],
            },
        ),
        migrations.CreateModel(
            name='FsckFinding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64)),
                ('place', models.CharField(max_length=200)),
                ('expected', models.CharField(max_length=300)),
                ('found', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='found', to='archive.fsckrun')),
            ],
            options={
                'db_table': 'fsck_finding',
                'indexes': [models.Index(fields=['run', 'code'], name='fsck_finding_run')],
            },
        ),
        migrations.RunSQL(sql_protect("ledger_anchor", TableClass.EVIDENCE)),
        migrations.RunSQL(sql_protect("ledger_anchor_target", TableClass.WORKING)),
        migrations.RunSQL(sql_protect("fsck_run", TableClass.WORKING)),
        migrations.RunSQL(sql_protect("fsck_finding", TableClass.EVIDENCE)),
        migrations.RunSQL(SQL_SEQUENCER),
    ]
