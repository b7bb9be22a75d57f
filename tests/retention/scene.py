"""A department with an adopted schedule, as retention's tests need it."""

from datetime import datetime

from archive.access.actor import Actor
from archive.destruction.holdings import Holding
from retention.schedules.models import Assignment, Schedule
from retention.schedules.services import schedule_adopt
from tests.archive.destruction import scene
from tests.archive.destruction.scene import AT

SCHEDULE = """
code = "test"
version = "{version}"
title = "Test schedule"
authority = "Local Records Commission"
application = "20:113"
effective_on = {effective}

[[series]]
code = "comments"
title = "Comments of the public"
trigger = "created"
period = "{comments}"
action = "destroy"
item = "7"
citation = "item 7"
mark = "confirmed"

[[series]]
code = "removed"
title = "Removed comments"
trigger = "removed"
period = "{removed}"
action = "destroy"
item = "8"
citation = "item 8"
mark = "confirmed"

[[series]]
code = "acted-on"
title = "Comments acted on"
trigger = "event-closed"
period = "P3Y"
action = "destroy"
item = "9"
citation = "item 9"
mark = "confirmed"

[[series]]
code = "posts"
title = "Posts"
trigger = "permanent"
action = "keep"
item = "10"
citation = "item 10"
mark = "confirmed"

[[series]]
code = "messages"
title = "Messages"
trigger = "captured"
cutoff = "end-of-fiscal-year"
period = "P1Y"
floor = "P2Y"
action = "review"
item = "11"
citation = "item 11"
mark = "confirmed"

[[classify]]
kinds = ["comment", "reply"]
states = ["hidden", "removed", "absent"]
series = "removed"

[[classify]]
kinds = ["comment", "reply"]
series = "comments"

[[classify]]
kinds = ["post"]
series = "posts"

[[classify]]
kinds = ["message"]
series = "messages"

[[classify]]
holding = "request"
series = "acted-on"
"""


def schedule_text(
    version: str = "1", effective: str = "2020-01-01", comments: str = "P2Y", removed: str = "P5Y"
) -> bytes:
    return SCHEDULE.format(version=version, effective=effective, comments=comments, removed=removed).encode()


def adopt(
    manager: Actor,
    version: str = "1",
    effective: str = "2020-01-01",
    comments: str = "P2Y",
    removed: str = "P5Y",
    at: datetime = AT,
) -> Schedule:
    """Adopt the test schedule."""
    return schedule_adopt(
        content=schedule_text(version, effective, comments, removed), name="test.toml", actor=manager, at=at
    )


def manager() -> Actor:
    scene.department()
    return scene.person("manager", "records-manager")


def assigned(record_id: int) -> Assignment:
    return Assignment.objects.select_related("series", "applied", "beside").get(
        holding_kind="record", holding_id=record_id
    )


def held(*ids: int) -> list[Holding]:
    return [Holding("record", one) for one in ids]
