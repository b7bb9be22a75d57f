"""The demonstration: an invented department on a sandbox network, from capture to a verified bundle."""
