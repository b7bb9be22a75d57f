"""The way in: django-allauth under our addresses, words and rules. All of it speaks HTTP; the acts lie beside it."""
