"""Who works on a request. Those who took in the open ones lead them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from archive.tables import TableClass, sql_protect

SQL_LEADS = """
INSERT INTO request_team (request_id, user_id, lead, since, added_by_id)
SELECT id, entered_by_id, true, entered_at, entered_by_id FROM records_request WHERE state NOT IN ('closed', 'withdrawn');
"""


class Migration(migrations.Migration):

    dependencies = [
        ('foia', '0003_bundle_anchors'),
        ('archive', '0008_offices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='recordsrequest',
            name='closed_to_team',
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lead', models.BooleanField(default=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='team', to='foia.recordsrequest')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'request_team',
                'indexes': [models.Index(condition=models.Q(('until', None)), fields=['user'], name='request_team_of_person')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('request', 'user'), name='request_team_once'), models.UniqueConstraint(condition=models.Q(('lead', True), ('until', None)), fields=('request',), name='request_team_lead')],
            },
        ),
        migrations.RunSQL(sql_protect("request_team", TableClass.WORKING, frozenset({"INSERT", "SELECT", "UPDATE"}))),
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app"),
        migrations.RunSQL(SQL_LEADS),
    ]
