"""ClinicalTrials.gov: a registry record becomes a starting study folder, and a definition a registry record.

Reads and writes version 2 of the registry's JSON. Never computes a criterion: what a registry says in words
stays unknown until a person writes its rule. Never drops words of the eligibility text; what is not carried
over is named.
"""

from trialwright.exchange.ctgov.fields import NotARegistryRecord
from trialwright.exchange.ctgov.read import import_record
from trialwright.exchange.ctgov.write import export_record

__all__ = ["NotARegistryRecord", "export_record", "import_record"]
