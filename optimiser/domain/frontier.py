"""The table of the frontier: what each budget of moves brings."""

from __future__ import annotations

from optimiser.domain.columns import Column, Table

_MINUTES = "minutes a month"

FRONTIER = Table(
    "frontier",
    "siirtokäyrä",
    "What each budget of moves brings: one row a budget, each a proven plan.",
    (
        Column("budget", "integer", "Most moves allowed; empty for no limit.", "enimmäissiirrot"),
        Column("moved", "integer", "Clients who change coach though they could stay.", "siirtyy"),
        Column("forced", "integer", "Clients who must, because a rule bars their coach.", "pakotettu"),
        Column("unserved_weighted", "number", "Weighted clients without a coach.", "ilman_valmentajaa"),
        Column(
            "objective_minutes", "number", "What the plan costs in all.", "kustannus_minuuttia", unit=_MINUTES
        ),
        Column("bound_minutes", "number", "No plan can cost less.", "alaraja_minuuttia", unit=_MINUTES),
        Column("gap", "number", "How far from the best at most.", "etäisyys", unit="share"),
        Column(
            "service_minutes",
            "number",
            "Load, travel, interpreters, specialisms, load above limits.",
            "palvelu_minuuttia",
            unit=_MINUTES,
        ),
        Column(
            "handover_minutes", "number", "Handovers of those who move.", "siirrot_minuuttia", unit=_MINUTES
        ),
        Column(
            "overload_minutes",
            "number",
            "Steep price of load above limits, within the service.",
            "ylitys_minuuttia",
            unit=_MINUTES,
        ),
        Column(
            "move_price_minutes",
            "number",
            "What one more move would save at most.",
            "lisäsiirron_hyöty",
            unit=_MINUTES,
        ),
        Column("gain_share", "number", "Share of what all moves together save.", "osuus_hyödystä"),
        Column("knee", "flag", "Beyond this point moves bring much less.", "taitekohta"),
    ),
    key=("budget",),
    every_column=True,
)
