"""THE definition: models, loader, grammar of rules, checks, prose, versions. Data in, frozen objects out.

Never executes what a study says, never reads a file or a clock; every fault is told with its line and its cure.
"""
