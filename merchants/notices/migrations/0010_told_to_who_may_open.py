"""What is open already is told to whoever may open it from now on, and who wanted to hear of no acts
hears of none of the new kinds."""

from django.db import migrations

FORWARDS = """
UPDATE notices_notice SET kind = 'approval_waits_for_officers'
 WHERE kind = 'approval_waits_at_house' AND settled_at IS NULL
   AND body ->> 'kind' IN (
       'scenario_live', 'scenario_retire', 'list_give_up', 'good_guy', 'hold_release',
       'hold_return', 'hold_block', 'destination_release', 'shop_approval');
UPDATE notices_notice SET kind = 'approval_waits_at_desk'
 WHERE kind = 'approval_waits_at_house' AND settled_at IS NULL
   AND body ->> 'kind' = 'desk_resume';
INSERT INTO notices_silence (user_id, kind)
SELECT user_id, added FROM notices_silence,
       unnest(ARRAY['approval_waits_for_officers', 'approval_waits_at_desk']) added
 WHERE kind = 'approval_waits_at_house' ON CONFLICT DO NOTHING;
INSERT INTO notices_pushsilence (user_id, kind)
SELECT user_id, added FROM notices_pushsilence,
       unnest(ARRAY['approval_waits_for_officers', 'approval_waits_at_desk']) added
 WHERE kind = 'approval_waits_at_house' ON CONFLICT DO NOTHING;
"""
BACKWARDS = """
UPDATE notices_notice SET kind = 'approval_waits_at_house'
 WHERE kind IN ('approval_waits_for_officers', 'approval_waits_at_desk');
DELETE FROM notices_silence
 WHERE kind IN ('approval_waits_for_officers', 'approval_waits_at_desk');
DELETE FROM notices_pushsilence
 WHERE kind IN ('approval_waits_for_officers', 'approval_waits_at_desk');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0009_who_may_open_an_act"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
