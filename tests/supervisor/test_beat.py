"""Beat calls tasks that exist."""

from gateway.celery import app
from gateway.settings.beat import beat_schedule


def test_every_scheduled_task_is_there() -> None:
    app.autodiscover_tasks(force=True)
    scheduled = {entry["task"] for entry in beat_schedule().values()}
    assert scheduled - set(app.tasks) == set()


def test_no_two_tasks_share_a_name_in_the_schedule() -> None:
    from gateway.settings.beat import EVERY_SECONDS

    assert len(beat_schedule()) == len(EVERY_SECONDS)


def test_no_task_of_ours_is_forgotten() -> None:
    app.autodiscover_tasks(force=True)
    ours = {name for name in app.tasks if name.startswith(("gateway.", "merchants."))}
    assert ours == {entry["task"] for entry in beat_schedule().values()}
