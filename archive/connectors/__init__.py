"""One package per network, and the contract they keep. No database, no Django."""
