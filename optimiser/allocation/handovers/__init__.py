"""Handovers at dates known in advance: which change hands when, who receives them, what was agreed."""
