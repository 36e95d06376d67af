"""The report of a trial: which tables and figures, from which results, every number with where it comes from."""
