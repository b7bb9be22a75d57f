"""Backup, restore, upgrade, recovery sheet, export-all: what lets a department that loses its server work on."""
