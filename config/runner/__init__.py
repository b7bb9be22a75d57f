"""Starts, watches and ends everything a Daybook needs: engines, processes, states, tests.

Nothing here imports Django or a room of the product; the product is reached as child processes with an environment.
"""
