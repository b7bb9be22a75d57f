"""Figures beside a floor of the same run: `./run bench [NAME] [--json FILE]`."""
