"""Django's command line, in the environment of a state (`./run manage …` sets it)."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["migrate"]:
        # Each step makes the models anew and keeps them: to look for garbage among them takes a third of the time.
        gc.disable()
    execute_from_command_line(sys.argv)
