"""Hold the second person apart from whoever proposed, and write the names of two-person rules once."""

from django.conf import settings
from django.db import migrations, models

SQL_WRITTEN_ONCE = """
CREATE TRIGGER disposition_batch_written_once BEFORE UPDATE ON disposition_batch FOR EACH ROW
    EXECUTE FUNCTION daybook_written_once('proposed_by_id', 'endorsed_by_id', 'approved_by_id');
ALTER TABLE disposition_batch ENABLE ALWAYS TRIGGER disposition_batch_written_once;
CREATE TRIGGER hold_written_once BEFORE UPDATE ON hold FOR EACH ROW
    EXECUTE FUNCTION daybook_written_once('placed_by_id', 'released_by_id', 'released_at');
ALTER TABLE hold ENABLE ALWAYS TRIGGER hold_written_once;
"""

#: The approval of a shorter period repeats who adopted it; the schedule itself is asked.
SQL_SHORTENING = """
CREATE FUNCTION daybook_shortening_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM series_version v JOIN schedule s ON s.id = v.schedule_id
                    WHERE v.id = NEW.version_id AND s.adopted_by_id = NEW.adopted_by_id
                      AND s.adopted_by_id <> NEW.approved_by_id) THEN
        RAISE EXCEPTION 'Who adopted a shorter period does not approve it.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'shortening_by_another';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER shortening_by_another BEFORE INSERT ON shortening_approval
    FOR EACH ROW EXECUTE FUNCTION daybook_shortening_by_another();
ALTER TABLE shortening_approval ENABLE ALWAYS TRIGGER shortening_by_another;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('retention', '0002_protection'),
        ('archive', '0008_offices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='dispositionbatch',
            name='compartment',
            field=models.CharField(default='public', max_length=16),
        ),
        migrations.AddConstraint(
            model_name='dispositionbatch',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), ('proposed_by', None), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='disposition_not_by_its_proposer'),
        ),
        migrations.RunSQL(SQL_WRITTEN_ONCE),
        migrations.RunSQL(SQL_SHORTENING),
    ]
