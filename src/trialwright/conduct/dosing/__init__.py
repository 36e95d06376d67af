"""Doses: what the definition proposes for a participant on a day, with the rule and the facts behind it.

A person decides; nothing here is ever given by itself. Never guesses what is not known: where a missing fact could change
the dose, none is proposed and the fact is named. No limit, weight or step stands in code: all are of the definition.
"""
