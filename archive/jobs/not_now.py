"""What work raises when something that it needs is not there now: it is put back, and this counts as no attempt."""

from datetime import timedelta


class NotNow(Exception):
    """The work waits for `later` and is then asked again, for as long as it takes."""

    code = "jobs.not_now"
    later = timedelta(minutes=1)
