"""Offices with dated holders, deputies and designations; openings in an emergency; weeks of the audit; heirs."""

import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from archive.tables import TableClass, sql_protect

NO_DELETE = frozenset({"INSERT", "SELECT", "UPDATE"})
TABLES: list[tuple[str, str, frozenset[str] | None]] = [
    ("absence", "working", NO_DELETE),
    ("appointment", "working", NO_DELETE),
    ("audit_week", "evidence", None),
    ("audit_week_signed", "evidence", None),
    ("broken_glass", "evidence", None),
    ("broken_glass_closed", "evidence", None),
    ("broken_glass_review", "evidence", None),
    ("designation", "working", NO_DELETE),
    ("handover", "evidence", None),
    ("office", "working", NO_DELETE),
]

#: Nobody deletes an office or an appointment, whatever role they work as: past acts keep their office (persons: 0007).
SQL_STAYS = """
CREATE FUNCTION daybook_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never deleted.', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'End an appointment; retire an office.';
END $$;
""" + "\n".join(
    f"CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON {table}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION daybook_refuse_delete();"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays;"
    for table in ("office", "appointment", "designation", "absence")
)

#: What somebody could do on a past day stays known: an appointment, designation or absence is only ever cut shorter.
SQL_ONLY_ENDS = """
CREATE FUNCTION daybook_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'until' - 'ended_by_id' IS DISTINCT FROM to_jsonb(OLD) - 'until' - 'ended_by_id'
       OR (OLD.until IS NOT NULL AND (NEW.until IS NULL OR NEW.until > OLD.until)) THEN
        RAISE EXCEPTION 'Table %: a row is ended, never stretched or rewritten.', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_ends';
    END IF;
    RETURN NEW;
END $$;
""" + "\n".join(
    f"CREATE TRIGGER {table}_only_ends BEFORE UPDATE ON {table}"
    f" FOR EACH ROW EXECUTE FUNCTION daybook_only_ends();"
    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_ends;"
    for table in ("appointment", "designation", "absence")
)

#: A name that a two-person rule holds against another is written once: it cannot be changed to make room.
SQL_WRITTEN_ONCE = """
CREATE FUNCTION daybook_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> name <> 'null'::jsonb AND to_jsonb(OLD) -> name <> to_jsonb(NEW) -> name THEN
            RAISE EXCEPTION 'Table %: % is written once.', TG_TABLE_NAME, name
                USING ERRCODE = 'check_violation', CONSTRAINT = 'written_once';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
"""

#: An approval repeats who proposed, and a review who opened, so that one CHECK holds two names against each other; these
#: keys make sure that they repeat the truth.
SQL_TWO_PERSONS = """
ALTER TABLE account_approval ADD CONSTRAINT account_approval_proposer FOREIGN KEY (account_id, requested_by_id)
    REFERENCES account_proposal (account_id, requested_by_id);
ALTER TABLE broken_glass_review ADD CONSTRAINT broken_glass_review_opener FOREIGN KEY (opening_id, opened_by_id)
    REFERENCES broken_glass (id, user_id);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0007_sign_in'),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'db_table': 'absence',
            },
        ),
        migrations.CreateModel(
            name='AuditWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('since', models.DateTimeField(unique=True)),
                ('until', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('counts', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'audit_week',
            },
        ),
        migrations.CreateModel(
            name='AuditWeekSigned',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('words_ref', models.UUIDField()),
            ],
            options={
                'db_table': 'audit_week_signed',
            },
        ),
        migrations.CreateModel(
            name='BrokenGlass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('words_ref', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'db_table': 'broken_glass',
            },
        ),
        migrations.CreateModel(
            name='BrokenGlassClosed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'broken_glass_closed',
            },
        ),
        migrations.CreateModel(
            name='BrokenGlassReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('justified', models.BooleanField()),
                ('words_ref', models.UUIDField()),
            ],
            options={
                'db_table': 'broken_glass_review',
            },
        ),
        migrations.CreateModel(
            name='Designation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('capability', models.CharField(max_length=64)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'db_table': 'designation',
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('thing', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'handover',
            },
        ),
        migrations.AddField(
            model_name='appointment',
            name='deputy',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='appointment',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appointment',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appointment',
            name='ref',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='auditentry',
            name='source',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AddField(
            model_name='office',
            name='authority',
            field=models.CharField(default='', max_length=32),
        ),
        migrations.AddField(
            model_name='office',
            name='retired_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['actor', '-at'], name='audit_of_person'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['action', '-at'], name='audit_of_action'),
        ),
        migrations.AddConstraint(
            model_name='accountproposal',
            constraint=models.UniqueConstraint(fields=('account', 'requested_by'), name='account_proposal_by'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('acting', True), ('deputy', True), _negated=True), name='appointment_acting_or_deputy'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('made_by', None), models.Q(('made_by', models.F('user')), _negated=True), _connector='OR'), name='appointment_not_of_oneself'),
        ),
        migrations.AddField(
            model_name='absence',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='auditweek',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='audit_week_ends_after_start'),
        ),
        migrations.AddField(
            model_name='auditweeksigned',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='auditweeksigned',
            name='week',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signed', to='archive.auditweek'),
        ),
        migrations.AddField(
            model_name='brokenglass',
            name='compartment',
            field=models.ForeignKey(db_column='compartment', on_delete=django.db.models.deletion.PROTECT, to='archive.compartment'),
        ),
        migrations.AddField(
            model_name='brokenglass',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='brokenglassclosed',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='brokenglassclosed',
            name='opening',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='closed', to='archive.brokenglass'),
        ),
        migrations.AddField(
            model_name='brokenglassreview',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='brokenglassreview',
            name='opening',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='archive.brokenglass'),
        ),
        migrations.AddField(
            model_name='brokenglassreview',
            name='reviewed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='designation',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='designation',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='designation',
            name='office',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='archive.office'),
        ),
        migrations.AddField(
            model_name='designation',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='designations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='keeper',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handover',
            name='keeper_before',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='absence_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='brokenglass',
            index=models.Index(fields=['user', '-until'], name='broken_glass_open'),
        ),
        migrations.AddConstraint(
            model_name='brokenglass',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='broken_glass_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='brokenglass',
            constraint=models.UniqueConstraint(fields=('id', 'user'), name='broken_glass_by'),
        ),
        migrations.AddConstraint(
            model_name='brokenglassreview',
            constraint=models.CheckConstraint(condition=models.Q(('opened_by', models.F('reviewed_by')), _negated=True), name='broken_glass_not_self_reviewed'),
        ),
        migrations.AddConstraint(
            model_name='designation',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='designation_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='designation',
            constraint=models.CheckConstraint(condition=models.Q(('made_by', models.F('user')), _negated=True), name='designation_not_of_oneself'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(fields=['kind', 'thing', '-id'], name='handover_of_thing'),
        ),
        migrations.AddIndex(
            model_name='handover',
            index=models.Index(fields=['keeper', 'kind'], name='handover_of_keeper'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('keeper_before', models.F('keeper')), _negated=True), name='handover_to_another'),
        ),
        *[migrations.RunSQL(sql_protect(table, TableClass(kind), narrow)) for table, kind, narrow in TABLES],
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app"),
        migrations.RunSQL(SQL_STAYS),
        migrations.RunSQL(SQL_ONLY_ENDS),
        migrations.RunSQL(SQL_WRITTEN_ONCE),
        migrations.RunSQL(SQL_TWO_PERSONS),
    ]
