"""Conduct: what is due, what is allowed, how participants come into arms, and the actions by which people act.

Never writes to a store, reads a clock, a file or a secret by itself: all of them are handed over. Refusing is not failing.
"""
