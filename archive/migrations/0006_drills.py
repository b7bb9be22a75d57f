"""When the files of the database were written anew after a destruction."""

from django.db import migrations, models

from archive.tables import TableClass, sql_protect


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0005_backups'),
    ]

    operations = [
        migrations.CreateModel(
            name='TableRewrite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(db_index=True)),
                ('ended_at', models.DateTimeField()),
                ('tables', models.IntegerField()),
                ('left', models.JSONField(default=list)),
                ('bytes_before', models.BigIntegerField()),
                ('bytes_after', models.BigIntegerField()),
                ('log_closed', models.BooleanField()),
            ],
            options={
                'db_table': 'table_rewrite',
            },
        ),
        migrations.RunSQL(sql_protect("table_rewrite", TableClass.EVIDENCE)),
        migrations.RunSQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO daybook_app"),
    ]
