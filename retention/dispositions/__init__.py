"""Dispositions: from a due list through two persons and an outside certificate to destruction."""
