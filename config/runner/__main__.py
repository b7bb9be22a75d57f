"""`python -m config.runner`, called by `./run`."""

import sys

from config.runner.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
