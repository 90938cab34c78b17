"""Judgement (研判) of parcels by the decision table of the pack, and what is done about them (处置)."""
