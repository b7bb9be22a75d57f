"""E-mail to our own people: a nudge with counts and links, never what a record says."""
