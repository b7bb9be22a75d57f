"""Schedules: which series a holding belongs to, and on which day it may be proposed for disposal."""
