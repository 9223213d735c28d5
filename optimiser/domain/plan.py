"""Values that travel out of a solve: the plan, its certificate, and what a check objects to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from optimiser.domain.columns import Column, Table

STATUSES = ("kept", "moved", "forced", "new", "unserved")

PLAN = Table(
    "plan",
    "suunnitelma",
    "The plan: one row a client.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("coach_id", "id", "Coach proposed; empty if unserved.", "valmentaja"),
        Column(
            "status",
            "code",
            "kept, moved (could have stayed), forced (a rule bars the present coach), new, unserved.",
            "tila",
            required=True,
            choices=STATUSES,
        ),
        Column("previous_coach_id", "id", "Present coach in the snapshot.", "aiempi_valmentaja"),
        Column("reason", "text", "Why, in words.", "perustelu"),
        Column(
            "demand_minutes",
            "number",
            "Minutes of coach time with the coach proposed (unserved: with the least demanding coach).",
            "kysyntä_minuuttia",
            unit="minutes a month",
        ),
        Column(
            "travel_minutes",
            "number",
            "Road minutes one way times in-person meetings.",
            "matka_minuuttia",
            unit="minutes a month",
        ),
        Column("barred_by", "text", "Unserved: what bars the coaches, with counts.", "esteet"),
        Column("repair", "text", "Unserved: the cheapest ways to serve the client.", "korjaus"),
    ),
    key=("client_id",),
    required=True,
    every_column=True,
)


SET_ASIDE = Table(
    "set_aside",
    "sivuun_jätetyt",
    "Rows left out, or used with a default (`--set-aside`), and why.",
    (
        Column("file", "text", "File.", "tiedosto"),
        Column("line", "integer", "Line of the file.", "rivi"),
        Column("row_id", "text", "Id in the row, as it stands there.", "tunnus"),
        Column("reason", "text", "Why.", "perustelu"),
        Column("used", "flag", "Solved with the policy's default instead of left out.", "käytetty"),
    ),
    key=("file", "line"),
    every_column=True,
)


@dataclass(frozen=True)
class Multipliers:
    """Prices of the shared limits; any values >= 0 give a valid bound (docs/MODEL.md, "Proof").

    Attributes
    ----------
    load, heads : dict
        Coach id to the price of a minute of load, of a client.
    interpreter : dict
        Area to the price of an interpreter minute.
    moves : float
        Price of a move (0 without a budget of moves).
    unserved : float
        Price of a weighted unserved client (level 2 only).
    """

    load: dict[str, float]
    heads: dict[str, float]
    interpreter: dict[str, float] = field(default_factory=dict)
    moves: float = 0.0
    unserved: float = 0.0


@dataclass(frozen=True)
class Certificate:
    """What proves how far the plan is from the best, for anyone who has the snapshot and the policy.

    Attributes
    ----------
    fingerprint : str
        Of the snapshot.
    policy_fingerprint : str
        Of the policy.
    level1, level2 : Multipliers
        Prices that prove the unserved and the minutes.
    component : dict
        Coach id to the label of its connected component (level 1 rounds up per component).
    unserved_weighted : float
        The weighted number of unserved that level 2 is held to.
    unserved_bound, bound_minutes, objective_minutes, overload_minutes : float
        The two bounds, and of the plan the objective and the steep price of load above limits in it.
    """

    fingerprint: str
    policy_fingerprint: str
    level1: Multipliers
    level2: Multipliers
    component: dict[str, int]
    unserved_weighted: float
    unserved_bound: float
    bound_minutes: float
    objective_minutes: float
    overload_minutes: float

    @property
    def gap_minutes(self) -> float:
        """Minutes a month by which the plan may be worse than the best; never below 0."""
        return max(0.0, self.objective_minutes - self.bound_minutes)

    @property
    def gap(self) -> float:
        """`gap_minutes` as a share of the objective without the steep price; 0 if both are 0."""
        base = self.objective_minutes - self.overload_minutes
        if self.gap_minutes == 0:
            return 0.0
        return self.gap_minutes / base if base > 0 else float("inf")

    def to_json(self) -> str:
        """Return the certificate as JSON text, ids sorted."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Certificate:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            Where the text is not a certificate.
        """
        data: dict[str, Any] = json.loads(text)
        data["level1"] = Multipliers(**data["level1"])
        data["level2"] = Multipliers(**data["level2"])
        return cls(**data)


@dataclass(frozen=True)
class Plan:
    """A proposed coach for every client, with its proof.

    Attributes
    ----------
    rows : polars.DataFrame
        Columns of `PLAN`, sorted by client_id.
    certificate : Certificate
        Its proof.
    """

    rows: pl.DataFrame
    certificate: Certificate

    def to_json(self) -> str:
        """Return rows and certificate as JSON text."""
        return f'{{"rows": {self.rows.write_json()}, "certificate": {self.certificate.to_json()}}}'

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            Where the text is not a plan.
        """
        data: dict[str, Any] = json.loads(text)
        rows = pl.DataFrame(data["rows"], schema={c.name: c.dtype for c in PLAN.columns}, orient="row")
        return cls(rows, Certificate.from_json(json.dumps(data["certificate"])))


@dataclass(frozen=True, order=True)
class Finding:
    """Something the check objects to.

    Attributes
    ----------
    name : str
        Name of the rule, limit, price or figure.
    subject : str
        Client, coach or area id it is about; empty for the whole plan.
    text : str
        What is wrong, with both figures where two roads disagree.
    """

    name: str
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}{' ' + self.subject if self.subject else ''}: {self.text}"
