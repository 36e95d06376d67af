"""The expression language of all rules: its nodes, and the two engines that give them meaning.

Never knows a study, a file or a clock; never decides what unknown means for a trial.
"""
