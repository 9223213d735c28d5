"""Judges a plan from the facts by another road: check, measures, equal treatment."""
