"""Doses: what the definition proposes for a participant on a day, with the rule and the facts behind it.

A person decides; nothing here is ever given by itself. Never guesses what is not known: where a missing fact could change
the dose, none is proposed and the fact is named. No limit, weight or step stands in code: all are of the definition.
"""

from trialwright.conduct.dosing.amounts import Amount, read_dose
from trialwright.conduct.dosing.proposal import Alert, Because, DoseProposal, assess_dose
from trialwright.conduct.dosing.propose import propose_dose, propose_doses
from trialwright.conduct.dosing.recheck import Recheck, derive_rechecks

__all__ = [
    "Alert",
    "Amount",
    "Because",
    "DoseProposal",
    "Recheck",
    "assess_dose",
    "derive_rechecks",
    "propose_dose",
    "propose_doses",
    "read_dose",
]
