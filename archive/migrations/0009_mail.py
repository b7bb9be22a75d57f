"""E-mail to our own people; offices that are named with an invitation."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from archive.tables import TableClass, sql_protect

NO_DELETE = frozenset({"INSERT", "SELECT", "UPDATE"})
TABLES: list[tuple[str, frozenset[str] | None]] = [
    ("mail", None),
    ("mail_settings", NO_DELETE),
    ("notice_given", None),
    ("promised_office", NO_DELETE),
]

#: Who named an office, for whom, and that it takes two is written once; so is who agreed (the function is of 0008).
SQL_PROMISED = """
CREATE TRIGGER promised_office_written_once BEFORE UPDATE ON promised_office FOR EACH ROW
    EXECUTE FUNCTION daybook_written_once('person_id', 'office_id', 'named_by_id', 'needs_second', 'confirmed_by_id');
ALTER TABLE promised_office ENABLE ALWAYS TRIGGER promised_office_written_once;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0008_offices'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=32)),
                ('sealed', models.BinaryField(default=bytes)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('failure', models.CharField(default='', max_length=500)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'mail',
                'indexes': [models.Index(fields=['created_at'], name='mail_old')],
            },
        ),
        migrations.CreateModel(
            name='MailSettings',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('host', models.CharField(default='', max_length=253)),
                ('port', models.IntegerField(default=587)),
                ('security', models.CharField(choices=[('starttls', 'Starttls'), ('tls', 'Tls'), ('none', 'None')], default='starttls', max_length=8)),
                ('username', models.CharField(default='', max_length=254)),
                ('password_sealed', models.BinaryField(default=bytes)),
                ('sender', models.EmailField(max_length=254)),
                ('site', models.URLField()),
                ('changed_at', models.DateTimeField()),
                ('tested_at', models.DateTimeField(null=True)),
                ('test_failure', models.CharField(default='', max_length=500)),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'mail_settings',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='mail_settings_is_one')],
            },
        ),
        migrations.CreateModel(
            name='NoticeGiven',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('key', models.CharField(max_length=128)),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'notice_given',
                'constraints': [models.UniqueConstraint(fields=('person', 'kind', 'key'), name='notice_given_once')],
            },
        ),
        migrations.CreateModel(
            name='PromisedOffice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('named_at', models.DateTimeField()),
                ('needs_second', models.BooleanField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('declined_at', models.DateTimeField(null=True)),
                ('given_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='archive.office')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promised', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'promised_office',
                'constraints': [models.UniqueConstraint(fields=('person', 'office'), name='promised_office_once'), models.CheckConstraint(condition=models.Q(('named_by', models.F('person')), _negated=True), name='promised_office_not_to_oneself'), models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('named_by')), _negated=True), _connector='OR'), name='promised_office_second_person'), models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('person')), _negated=True), _connector='OR'), name='promised_office_not_by_the_person'), models.CheckConstraint(condition=models.Q(('given_at', None), ('needs_second', False), ('confirmed_by__isnull', False), _connector='OR'), name='promised_office_given_when_confirmed')],
            },
        ),
        *[migrations.RunSQL(sql_protect(table, TableClass.WORKING, narrow)) for table, narrow in TABLES],
        migrations.RunSQL(SQL_PROMISED),
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app"),
    ]
