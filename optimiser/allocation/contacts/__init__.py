"""Who is met when: meetings that are due, a calendar for each coach, and the room it leaves."""

from optimiser.allocation.contacts.added import Added, first_free_week, first_week_with, late_if_added
from optimiser.allocation.contacts.calendar import Calendar, make_calendar
from optimiser.allocation.contacts.result import Contacts, contacts_of

__all__ = [
    "Added",
    "Calendar",
    "Contacts",
    "contacts_of",
    "first_free_week",
    "first_week_with",
    "late_if_added",
    "make_calendar",
]
