"""The least extra minutes that would make every meeting timely."""

from __future__ import annotations

import numpy as np

from optimiser.allocation.codes import Floats
from optimiser.allocation.contacts.place import Requests


def least_extra(requests: Requests, room: Floats) -> Floats:
    """Return the least minutes that coaches lack, and the weeks in which they lack them.

    Week by week the work due first is done first; what is left when its week ends had no room in time
    and needs extra minutes then. No other order leaves less (minutes may be divided here, so it is a
    least figure: whole meetings may need somewhat more).

    Parameters
    ----------
    requests : Requests
    room : float, shape (C, W)
        Minutes for meetings without a day agreed.

    Returns
    -------
    numpy.ndarray
        Shape (C, W), minutes.
    """
    coaches, weeks = room.shape
    due = np.minimum(requests.due, weeks)
    place = (requests.coach * weeks + requests.release) * (weeks + 1) + due
    asked = np.bincount(place, requests.minutes, minlength=coaches * weeks * (weeks + 1))
    arriving = asked.reshape(coaches, weeks, weeks + 1)
    waiting = np.zeros((coaches, weeks + 1))
    extra = np.zeros((coaches, weeks))
    for week in range(weeks):
        waiting += arriving[:, week]
        left = room[:, week].copy()
        for by in range(week, weeks):
            done = np.minimum(waiting[:, by], left)
            waiting[:, by] -= done
            left -= done
        extra[:, week] = waiting[:, week]
        waiting[:, week] = 0.0
    return extra
