"""The way in: sessions, locks, invitations, personal devices, identities; allauth's tables; no person is ever deleted."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from archive.tables import TableClass, sql_protect

TABLES = (
    ("person_session", TableClass.WORKING),
    ("sign_in_lock", TableClass.WORKING),
    ("sign_in_failure", TableClass.WORKING),
    ("attempts", TableClass.WORKING),
    ("invitation", TableClass.WORKING),
    ("kept_form", TableClass.WORKING),
    ("unlinked_identity", TableClass.WORKING),
    ("device_permission", TableClass.EVIDENCE),
    ("device_permission_end", TableClass.EVIDENCE),
    ("device_statement", TableClass.EVIDENCE),
    # allauth's; the settings list their class (LIBRARY_TABLES)
    ("account_emailaddress", TableClass.WORKING),
    ("account_emailconfirmation", TableClass.WORKING),
    ("mfa_authenticator", TableClass.WORKING),
    ("socialaccount_socialaccount", TableClass.WORKING),
    ("socialaccount_socialapp", TableClass.WORKING),
    ("socialaccount_socialtoken", TableClass.WORKING),
)

#: The app has no right to delete a person; the trigger says it to everybody else, the owner of the table included.
SQL_PERSON_STAYS = """
CREATE FUNCTION daybook_person_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A person is never deleted: what they did keeps their name.'
        USING ERRCODE = 'insufficient_privilege', HINT = 'Disable the person.';
END $$;
CREATE TRIGGER person_stays BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION daybook_person_stays();
ALTER TABLE person ENABLE ALWAYS TRIGGER person_stays;
CREATE TRIGGER person_no_truncate BEFORE TRUNCATE ON person FOR EACH STATEMENT EXECUTE FUNCTION daybook_person_stays();
ALTER TABLE person ENABLE ALWAYS TRIGGER person_no_truncate;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0006_drills'),
        ('account', '0009_emailaddress_unique_primary_email'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptForm',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('path', models.CharField(max_length=2000)),
                ('sealed', models.BinaryField()),
                ('sent', models.BooleanField()),
                ('kept_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'kept_form',
            },
        ),
        migrations.AddField(
            model_name='user',
            name='active_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Attempts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.BinaryField()),
                ('began_at', models.DateTimeField()),
                ('count', models.IntegerField()),
            ],
            options={
                'db_table': 'attempts',
                'indexes': [models.Index(fields=['began_at'], name='attempts_old')],
                'constraints': [models.UniqueConstraint(fields=('key', 'began_at'), name='attempts_once')],
            },
        ),
        migrations.CreateModel(
            name='DevicePermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('device_words', models.UUIDField()),
                ('scope', models.CharField(choices=[('accounts', "Managing the department's pages"), ('duty', 'Official duty'), ('both', 'Both')], max_length=16)),
                ('granted_at', models.DateTimeField()),
                ('first_day', models.DateField()),
                ('last_day', models.DateField(null=True)),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='device_permissions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'device_permission',
            },
        ),
        migrations.CreateModel(
            name='DevicePermissionEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('words_ref', models.UUIDField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('permission', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='archive.devicepermission')),
            ],
            options={
                'db_table': 'device_permission_end',
            },
        ),
        migrations.CreateModel(
            name='DeviceStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_ref', models.UUIDField()),
                ('device', models.CharField(choices=[('desk', 'A computer of the department'), ('department-phone', 'A department phone'), ('own-phone', 'My own phone or computer')], max_length=16)),
                ('at', models.DateTimeField()),
                ('permission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='archive.devicepermission')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='device_statements', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'device_statement',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_sha256', models.BinaryField(unique=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'invitation',
            },
        ),
        migrations.CreateModel(
            name='PersonSession',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('device', models.CharField(choices=[('desk', 'A computer of the department'), ('department-phone', 'A department phone'), ('own-phone', 'My own phone or computer')], default='', max_length=16)),
                ('method', models.CharField(default='', max_length=32)),
                ('address', models.GenericIPAddressField(null=True)),
                ('browser', models.CharField(default='', max_length=200)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'person_session',
            },
        ),
        migrations.CreateModel(
            name='SignInFailure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'sign_in_failure',
            },
        ),
        migrations.CreateModel(
            name='SignInLock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('locked_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locks', to=settings.AUTH_USER_MODEL)),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'sign_in_lock',
            },
        ),
        migrations.CreateModel(
            name='UnlinkedIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=200)),
                ('uid', models.CharField(max_length=191)),
                ('name', models.CharField(default='', max_length=200)),
                ('email', models.CharField(default='', max_length=254)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'unlinked_identity',
                'constraints': [models.UniqueConstraint(fields=('provider', 'uid'), name='unlinked_identity_once')],
            },
        ),
        migrations.AddIndex(
            model_name='devicepermission',
            index=models.Index(fields=['person', 'first_day'], name='device_permission_of'),
        ),
        migrations.AddConstraint(
            model_name='devicepermission',
            constraint=models.CheckConstraint(condition=models.Q(('granted_by', models.F('person')), _negated=True), name='device_permission_not_to_oneself'),
        ),
        migrations.AddConstraint(
            model_name='devicepermission',
            constraint=models.CheckConstraint(condition=models.Q(('last_day', None), ('last_day__gte', models.F('first_day')), _connector='OR'), name='device_permission_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='devicestatement',
            index=models.Index(condition=models.Q(('device', 'own-phone'), ('permission', None)), fields=['-at'], name='device_statement_finding'),
        ),
        migrations.AddIndex(
            model_name='signinfailure',
            index=models.Index(fields=['person', 'at'], name='sign_in_failure_recent'),
        ),
        migrations.AddConstraint(
            model_name='signinlock',
            constraint=models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('person',), name='sign_in_lock_once'),
        ),
        migrations.AddConstraint(
            model_name='signinlock',
            constraint=models.CheckConstraint(condition=models.Q(('released_by', None), models.Q(('released_by', models.F('person')), _negated=True), _connector='OR'), name='sign_in_lock_not_by_oneself'),
        ),
        *[migrations.RunSQL(sql_protect(table, kind)) for table, kind in TABLES],
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app"),
        migrations.RunSQL(SQL_PERSON_STAYS),
    ]
