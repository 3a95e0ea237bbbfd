#!/usr/bin/env python
"""Tillway's command line: `manage.py up` runs everything, `manage.py help` lists the rest."""

import gc
import os
import sys


def main() -> None:
    # What is imported now stays: looking through it for garbage took a sixth of every start.
    # gateway.supervisor.apps looks again from when all of it is there.
    gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
