"""The screening report: who could join, who could not, and why, in every promised format."""
