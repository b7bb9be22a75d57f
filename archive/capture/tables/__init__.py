"""Importing tables of posts from older systems: streaming, resumable, row by row accountable."""
