"""The public face: what strangers see, under a host name, a database role and a store of its own."""
