"""FHIR R4 records: bundles, folders of bundles, bulk-export NDJSON. Other resources are only counted.

Never refuses a whole file for one odd resource, never takes an unknown for a no.
"""

from trialwright.exchange.fhir.read import FhirReader

__all__ = ["FhirReader"]
