"""The words of the field: truth values, partial dates, quantities, units, codes, bilingual texts.

Knows nothing of patients, studies or engines; never guesses a unit, a code or a day.
"""
