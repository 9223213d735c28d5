"""Who of a batch belongs to the target group on a day; unknown facts never send anybody away."""

from __future__ import annotations

from datetime import date as Date

import polars as pl

from optimiser.allocation.worded import filled
from optimiser.domain.intake import TRIAGED
from optimiser.domain.policy_triage import Ground, TargetRule, Triage
from optimiser.domain.texts import ENGLISH, Texts, mark

NO_RULE = mark("no target-group rule is in force on this day: everybody is taken in")
WORDS: dict[Ground, str] = {
    "no_earnings_related": mark("no right to earnings-related allowance"),
    "under_age": mark("young"),
    "immigrant": mark("immigrant"),
    "foreign_language": mark("foreign-language speaker"),
}
BASES: dict[Ground, str] = {
    "no_earnings_related": "no_earnings_related",
    "under_age": "under_30",
    "immigrant": "immigrant",
    "foreign_language": "foreign_language",
}
"""Ground to the `target_basis` that states it."""


def triage(clients: pl.DataFrame, rules: Triage, day: Date, texts: Texts = ENGLISH) -> pl.DataFrame:
    """Decide for every client of a batch, by the rule in force on a day.

    Each ground is yes, no or unknown (three-valued): one yes is enough, and where nothing is yes and
    something is unknown the client is taken in and marked.

    Parameters
    ----------
    clients : polars.DataFrame
        Columns of `clients`; nobody with a protected address is among them.
    rules : Triage
        The policy's.
    day : datetime.date
        Decides only which rule is in force, and the year in which ages are counted.
    texts : Texts
        Language of grounds and paragraphs; what a policy says in words of its own stays as it is.

    Returns
    -------
    polars.DataFrame
        Columns of `TRIAGED`, a row for each client, in the order given.
    """
    rule = rules.rule_on(day)
    if rule is None:
        judged = clients.select("client_id", member=pl.lit(True), ground=pl.lit(texts.gettext(NO_RULE)))
    else:
        judged = _judged(clients, rule, rules, day, texts)
    taken = pl.col("member").fill_null(True)
    paragraph = pl.lit(_own(rule.paragraph, texts) if rule else None, dtype=pl.String)
    where_to = pl.lit(_own(rule.where_to, texts) if rule else None, dtype=pl.String)
    decided = judged.select(
        "client_id",
        decision=pl.when(taken).then(pl.lit("taken_in")).otherwise(pl.lit("elsewhere")),
        unknown=pl.col("member").is_null(),
        ground="ground",
        paragraph=paragraph,
        where_to=pl.when(~taken).then(where_to),
    )
    return decided.cast({c.name: c.dtype for c in TRIAGED.columns})


def _own(text: str, texts: Texts) -> str:
    """A text of the policy: the ones that come with it are in the catalogues."""
    return texts.gettext(text) if text else text


def _judged(clients: pl.DataFrame, rule: TargetRule, rules: Triage, day: Date, texts: Texts) -> pl.DataFrame:
    """Columns client_id, member (null for unknown) and ground in words."""
    home, status = _home(rule), _status(rule)
    grounds = {name: _GROUNDS[name](rule, rules, day) for name in rule.grounds}
    basis = pl.any_horizontal(grounds.values()) if grounds else pl.lit(True)
    asked = clients.select("client_id", home=home, status=status, basis=basis, **grounds)
    member = pl.col("home") & pl.col("status") & pl.col("basis")
    _ = texts.gettext
    names = [pl.when(pl.col(name)).then(pl.lit(_(WORDS[name]))) for name in grounds]
    held = pl.concat_str(names, separator=", ", ignore_nulls=True) if names else pl.lit(_("any jobseeker"))
    away = pl.concat_str(
        [
            pl.when(~pl.col("home")).then(pl.lit(_("the home municipality does not take part"))),
            pl.when(~pl.col("status")).then(pl.lit(_("the position in the labour market does not belong"))),
            pl.when(~pl.col("basis")).then(pl.lit(_("none of the grounds applies"))),
        ],
        separator=", ",
        ignore_nulls=True,
    )
    elsewhere = filled(
        _("{sentence} Reason: {grounds}"), sentence=pl.lit(_own(rule.elsewhere, texts)), grounds=away
    )
    ground = pl.when(member.is_null()).then(_unknown(texts)).when(member).then(held).otherwise(elsewhere)
    return asked.select("client_id", member=member, ground=ground)


def _unknown(texts: Texts) -> pl.Expr:
    """What is not known of a client who is taken in."""
    _ = texts.gettext
    status, basis = (pl.col(name).is_null() for name in ("status", "basis"))
    return (
        pl.when(status & basis)
        .then(
            pl.lit(
                _(
                    "position in the labour market, ground of the target group unknown, taken in: to be looked up"
                )
            )
        )
        .when(status)
        .then(pl.lit(_("position in the labour market unknown, taken in: to be looked up")))
        .otherwise(pl.lit(_("ground of the target group unknown, taken in: to be looked up")))
    )


def _home(rule: TargetRule) -> pl.Expr:
    if not rule.municipalities:
        return pl.lit(True)
    return pl.col("municipality").cast(pl.String).is_in(rule.municipalities)


def _status(rule: TargetRule) -> pl.Expr:
    """Whether the position in the labour market belongs; null where it is not known."""
    return pl.col("status").cast(pl.String).is_in(rule.statuses) if rule.statuses else pl.lit(True)


def _stated(ground: Ground) -> pl.Expr:
    """Whether whoever referred the client has stated the ground."""
    return (pl.col("target_basis").cast(pl.String) == BASES[ground]).fill_null(False)


def _no_earnings_related(rule: TargetRule, rules: Triage, day: Date) -> pl.Expr:
    """By the benefit; unknown where it is empty, or contradicts the ground stated."""
    stated = _stated("no_earnings_related")
    other = pl.col("benefit").cast(pl.String) != "earnings_related"
    return pl.when(stated & other.fill_null(True)).then(pl.lit(True)).when(~stated).then(other)


def _under_age(rule: TargetRule, rules: Triage, day: Date) -> pl.Expr:
    """By the year of birth; unknown in the year in which the age is reached."""
    age = day.year - pl.col("birth_year")
    young = pl.when(age < rule.under_age).then(pl.lit(True)).when(age > rule.under_age).then(pl.lit(False))
    return young | (_stated("under_age") & (age <= rule.under_age))


def _immigrant(rule: TargetRule, rules: Triage, day: Date) -> pl.Expr:
    """An integration period, past or present, or the ground stated."""
    return pl.col("integration_until").is_not_null() | _stated("immigrant")


def _foreign_language(rule: TargetRule, rules: Triage, day: Date) -> pl.Expr:
    """The language of service, or the ground stated."""
    foreign = ~pl.col("language").cast(pl.String).is_in(rules.domestic_languages)
    return foreign | _stated("foreign_language")


_GROUNDS = {
    "no_earnings_related": _no_earnings_related,
    "under_age": _under_age,
    "immigrant": _immigrant,
    "foreign_language": _foreign_language,
}
