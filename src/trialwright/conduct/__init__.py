"""What is due, what is allowed, and the actions of the trial.

Never writes to a store by itself, never looks at a clock, never draws a number: all three are handed over.
"""
