"""What cannot be done with offices, as a sentence for the person who asked."""


class OfficeRefused(Exception):
    """An expected refusal; nothing was changed."""
