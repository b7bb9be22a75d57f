"""What lies at the second place, under whose key, and what was proved of it."""

import django.db.models.deletion
from django.db import migrations, models

from archive.tables import TableClass, sql_protect


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0004_copies'),
    ]

    operations = [
        migrations.CreateModel(
            name='BackupRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('base', 'Base'), ('increment', 'Increment'), ('store', 'Store')], max_length=16)),
                ('state', models.CharField(choices=[('running', 'Running'), ('good', 'Good'), ('failed', 'Failed'), ('pruned', 'Pruned')], default='running', max_length=16)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('pruned_at', models.DateTimeField(null=True)),
                ('octets', models.BigIntegerField(default=0)),
                ('objects_copied', models.BigIntegerField(default=0)),
                ('log_size', models.BigIntegerField(default=0)),
                ('manifest_sha256', models.BinaryField(default=b'')),
                ('failure', models.CharField(default='', max_length=500)),
                ('base', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='chain', to='archive.backuprun')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='archive.backuprun')),
            ],
            options={
                'db_table': 'backup_run',
            },
        ),
        migrations.CreateModel(
            name='BackupProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('scratch', 'Scratch'), ('sheet', 'Sheet')], max_length=16)),
                ('at', models.DateTimeField()),
                ('records', models.IntegerField()),
                ('objects_opened', models.IntegerField(default=0)),
                ('seconds', models.FloatField()),
                ('held', models.BooleanField()),
                ('finding', models.CharField(default='', max_length=500)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='archive.backuprun')),
            ],
            options={
                'db_table': 'backup_proof',
            },
        ),
        migrations.CreateModel(
            name='BackupSheet',
            fields=[
                ('number', models.IntegerField(primary_key=True, serialize=False)),
                ('recipient', models.CharField(max_length=128)),
                ('signer', models.CharField(max_length=400)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'backup_sheet',
                'constraints': [models.UniqueConstraint(fields=('recipient',), name='backup_sheet_recipient')],
            },
        ),
        migrations.AddField(
            model_name='backuprun',
            name='sheet',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='archive.backupsheet'),
        ),
        migrations.CreateModel(
            name='BackupCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('attempt', models.CharField(max_length=16)),
                ('parts', models.IntegerField()),
                ('octets', models.BigIntegerField()),
                ('copied_at', models.DateTimeField()),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='archive.backupsheet')),
            ],
            options={
                'db_table': 'backup_copy',
            },
        ),
        migrations.CreateModel(
            name='BackupSheetRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='read', to='archive.backupsheet')),
            ],
            options={
                'db_table': 'backup_sheet_read',
            },
        ),
        migrations.AddIndex(
            model_name='backuprun',
            index=models.Index(fields=['state', 'started_at'], name='backup_run_state'),
        ),
        migrations.AddConstraint(
            model_name='backupcopy',
            constraint=models.UniqueConstraint(fields=('key', 'sheet'), name='backup_copy_once'),
        ),
        migrations.RunSQL(sql_protect("backup_sheet", TableClass.EVIDENCE)),
        migrations.RunSQL(sql_protect("backup_sheet_read", TableClass.EVIDENCE)),
        migrations.RunSQL(sql_protect("backup_run", TableClass.WORKING)),
        migrations.RunSQL(sql_protect("backup_copy", TableClass.WORKING)),
        migrations.RunSQL(sql_protect("backup_proof", TableClass.EVIDENCE)),
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app"),
    ]
