"""Persons behind pseudonymous ids, and what an export holds that is not needed."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.domain.columns import Column, Table

DROPPED = Table(
    "dropped",
    "poistetut",
    "Columns of an export that were dropped: headings only, never a value.",
    (
        Column("file", "text", "File, or file and sheet.", "tiedosto", required=True),
        Column("heading", "text", "Heading, or the number of the column.", "otsikko", required=True),
        Column(
            "reason",
            "code",
            "in_key (tells who a person is: kept in the key file alone), personal (other names, identity codes, "
            "contact details), free_text (cells in which more than a paragraph stood), not_needed (no table of ours "
            "has it).",
            "syy",
            required=True,
            choices=("in_key", "personal", "free_text", "not_needed"),
        ),
    ),
    key=("file", "heading"),
    every_column=True,
)


@dataclass(frozen=True)
class Person:
    """Whom a pseudonymous id stands for, as the key file remembers it; texts as they stood in the export.

    Attributes
    ----------
    id : str
        Id in the export; empty where it has none.
    code : str
        Personal identity code, in capitals; empty where there is none.
    name : str
        Empty where the export has none.
    address : str
        What the key makes of the e-mail address, which is not kept itself; empty where there is none.
    protected : bool
        The address is protected: the person is in no list.
    last_seen : str
        Date (ISO) of the last export with the person, or of one after it where that is not known.
    """

    id: str = ""
    code: str = ""
    name: str = ""
    address: str = ""
    protected: bool = False
    last_seen: str = ""
