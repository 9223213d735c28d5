"""Where the names of a map's circles stand: below, above, right or left, wherever there is room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHARACTER = 6.2
"""Width of a letter of a name."""
UP, DOWN = 10.0, 3.0
"""Height of a name above its line of writing, and depth below it."""
MINUTES = (6.0, 4.0)
"""Half the width and height of a road's minutes."""
AWAY = 4.0
"""Between a circle and its name."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Label:
    """Where a name is written: its line of writing, and the SVG anchor (start, middle, end)."""

    x: float
    y: float
    anchor: str


def place_labels(xy: Floats, radius: Floats, names: list[str], width: float) -> tuple[Label, ...]:
    """Choose a place for each name: the first without overlap, else the one with the least.

    Parameters
    ----------
    xy : ndarray, shape (M, 2)
        Centres of the circles in the picture.
    radius : ndarray, shape (M,)
    names : list of str
    width : float
        Of the picture: a name that leaves it counts as overlapping.

    Returns
    -------
    tuple of Label
        One for each circle, chosen in the order given.
    """
    taken = np.column_stack([xy - radius[:, None], xy + radius[:, None]])
    labels = []
    for i, name in enumerate(names):
        found = _places(xy[i], float(radius[i]))
        boxes = np.array([_box(place, CHARACTER * len(name)) for place in found])
        others = np.delete(taken, i, axis=0)
        best = int(_overlap(boxes, others, width).round(3).argmin())
        labels.append(found[best])
        taken = np.vstack([taken, boxes[best]])
    return tuple(labels)


def covers(labels: tuple[Label, ...], names: list[str], x: float, y: float) -> bool:
    """Return whether a name lies upon a road's minutes, centred at (x, y)."""
    boxes = [_box(label, CHARACTER * len(name)) for label, name in zip(labels, names, strict=True)]
    across, along = MINUTES
    return any(
        left - across < x < right + across and top - along < y < bottom + along
        for left, top, right, bottom in boxes
    )


def _places(centre: Floats, radius: float) -> tuple[Label, ...]:
    """Return the four places of a name, the most usual first."""
    x, y = (float(v) for v in centre)
    side = round(radius + AWAY, 1)
    return (
        Label(x, round(y + side + UP - 1, 1), "middle"),
        Label(x, round(y - side - DOWN + 1, 1), "middle"),
        Label(round(x + side, 1), round(y + 4, 1), "start"),
        Label(round(x - side, 1), round(y + 4, 1), "end"),
    )


def _box(label: Label, length: float) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a name."""
    left = label.x - {"start": 0.0, "middle": length / 2, "end": length}[label.anchor]
    return (left, label.y - UP, left + length, label.y + DOWN)


def _overlap(boxes: Floats, others: Floats, width: float) -> Floats:
    """Return the area of each box, shape (4,), that lies on others or outside the picture."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    area: Floats = (high - low).clip(0.0).prod(axis=2).sum(axis=1)
    outside = (-boxes[:, 0]).clip(0.0) + (boxes[:, 2] - width).clip(0.0)
    area += outside * (UP + DOWN)
    return area
