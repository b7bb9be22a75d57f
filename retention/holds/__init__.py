"""Holds: what stays whatever the schedule says, until the reason for it is gone."""
