"""The funnel report: where people are lost, what each criterion and each reading costs. Only counts, no records."""
