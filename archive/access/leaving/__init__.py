"""Leaving: one page per person on which everything that they hold goes to heirs, rehearsed first."""
