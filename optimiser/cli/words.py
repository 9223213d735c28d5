"""Numbers and their nouns."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 client`, `27,916 clients`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
