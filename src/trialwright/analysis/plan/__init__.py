"""The plan carried out: each method on the estimands it is declared for, and what is planned but not available."""
