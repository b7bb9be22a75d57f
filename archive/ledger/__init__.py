"""The tamper-evident log: canonical form, commitments, Merkle tree, checkpoints and proofs.

The pure files (everything but models, services, selectors and sequencer) import neither Django nor a database, so that
an outsider can read them as the definition of what a Daybook proof means.
"""
