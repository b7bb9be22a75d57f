"""Breakage on purpose, on real parts in a temporary state: `./run drill [NAME]`."""
