"""Figures: plain data and a catalogue of sentences in, one SVG out. They draw what was computed, and compute nothing.

Every text becomes outlines of the reports' own fonts, so a figure needs no font where it is shown; it runs no script,
fetches nothing, and the same data give the same bytes.
"""
