"""Whatever a plan proposes, the letter to a client holds nothing that is not the client's to know."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from optimiser.allocation.encode import encode
from optimiser.allocation.letter import CHANGED, NONE, SAME, Ground, Letter, letter
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.domain.policy import Policy
from optimiser.reports.letter import GROUNDS, LEADS, TITLES, letter_page, letter_text
from optimiser.reports.texts import LANGUAGES, texts_in
from optimiser.tables.demo import DemoOptions
from tests.allocation.tiny import TODAY
from tests.regions import Recipe, snapshot_from

FORBIDDEN = {
    "en": r"minute|per cent|%|exclu|relative|conflict|safety|absen|on leave|\bill\b|sick|resign|\bload"
    r"|capacity|\bfull|overload|chain|household|need level|health|missed|other client|retire",
    "fi": r"minuut|prosent|%|\beste|sukula|ristirii|turvalli|poissa|sairas|sairau|\bloma|irtisan|kuorm"
    r"|kapasit|täynnä|täysi|ketju|\btalou|kotitalou|tarvetas|tervey|muut asiakk|muiden asiakk|eläk",
    "sv": r"minut|procent|%|\bjäv|hinder|släkt|konflikt|säkerhet|frånvar|sjuk|ledig|uppsäg|belast"
    r"|kapacit|\bfull|kedj|hushåll|behovsnivå|hälsa|andra kund|övriga kund|pension",
}
"""What stands in no letter, by language; the English list holds for all."""
DAY = r"\b\d{1,2}\.\d{1,2}\.\d{4}\b"


@pytest.fixture(scope="module", params=[1, 2])
def letters(request: pytest.FixtureRequest) -> list[Letter]:
    """Letters to all clients of a region, to whom some plan gives, takes or leaves a coach."""
    seed = int(request.param)
    snapshot = snapshot_from(Recipe(DemoOptions(clients=150, coaches=8, seed=seed), twist=seed))
    snapshot = set_barred_pins_aside(snapshot, Policy())
    encoding = encode(snapshot, Policy())
    rng = np.random.default_rng(seed)
    ids = snapshot.clients["client_id"]
    choice = rng.integers(-1, len(encoding.coach_ids), len(ids))
    coaches = pl.Series([None if c < 0 else encoding.coach_ids[c] for c in choice], dtype=pl.String)
    stays = pl.Series(rng.random(len(ids)) < 0.3)
    plan = snapshot.clients.select(
        "client_id", coach_id=pl.when(stays).then(pl.col("coach_id").cast(pl.String)).otherwise(coaches)
    )
    return [letter(snapshot, encoding, plan, client) for client in ids]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_says_what_it_must_not(letters: list[Letter], language: str) -> None:
    """No figure but dates and names, no other client's or coach's id, no forbidden word."""
    texts = texts_in(language)
    for found in letters:
        text = letter_text(found, texts, {})
        assert {*re.findall(r"\bC\d{6}\b", text)} == {found.client_id}
        assert {*re.findall(r"\bK\d{3}\b", text)} <= {found.coach_id}
        for name in (found.client_id, found.coach_id, found.unit, found.municipality):
            text = text.replace(name, "") if name else text
        text = re.sub(DAY, "", text)
        assert not re.search(r"\d", text), text
        assert not re.search(FORBIDDEN["en"], text, re.IGNORECASE), text
        assert not re.search(FORBIDDEN[language], text, re.IGNORECASE), text


def test_every_kind_of_letter_was_looked_at(letters: list[Letter]) -> None:
    """The region above brings forth each kind, and every letter with a coach says something true of the coach."""
    assert {found.kind for found in letters} == set(TITLES) == set(LEADS)
    assert all(found.grounds for found in letters if found.kind != NONE and found.coach_id)
    assert {ground.code for found in letters for ground in found.grounds} <= set(GROUNDS)


def test_the_letter_in_words() -> None:
    """Title, coach by name, reasons in their order, week, rights, and where to ask."""
    grounds = (Ground("former_municipality", "Nokia"), Ground("language"))
    found = Letter("K1", CHANGED, TODAY, "Nokia", "V2", "Team 1", grounds, TODAY, None)
    text = letter_text(found, texts_in("en"), {"V2": "Kaisa Koski"})
    lines = text.splitlines()
    assert lines[:5] == [
        "Your coach changes",
        "",
        "Your new coach is Kaisa Koski.",
        "The coach works in this unit: Team 1.",
        "This is a draft. It holds only when an official has confirmed it.",
    ]
    assert lines.index(
        "- Your home municipality is Nokia. Your former coach does not serve it."
    ) < lines.index("- This coach works in your language.")
    assert "- The coach begins with you in the week that starts on 1.9.2021." in lines
    assert "V2" not in text


def test_a_confirmed_letter_is_no_draft() -> None:
    """The day of the decision stands in it; who stays is told that nothing changes."""
    found = Letter("K1", CHANGED, TODAY, "Nokia", "V2", "Team 1", (), None, TODAY)
    text = letter_text(found, texts_in("en"), {})
    assert "An official has confirmed this on 1.9.2021." in text
    assert "draft" not in text
    assert "Why this coach?" not in text
    stays = letter_text(Letter("K1", SAME, TODAY, "Nokia", "V2", "Team 1", ()), texts_in("en"), {})
    assert "Nothing changes." in stays
    assert "as agreed" not in stays
    assert "draft" not in stays
    agreed = Letter("K1", SAME, TODAY, "Nokia", "V2", "Team 1", (), meeting=True)
    assert "Your meetings go on as agreed." in letter_text(agreed, texts_in("en"), {})


def test_who_has_no_coach_may_wish_for_one() -> None:
    """Another coach can be wished for only by who has one."""
    none = letter_text(Letter("K1", NONE, TODAY, "Nokia", None, "", ()), texts_in("en"), {})
    assert "a certain coach" in none and "another coach" not in none
    stays = letter_text(Letter("K1", SAME, TODAY, "Nokia", "V2", "Team 1", ()), texts_in("en"), {})
    assert "another coach" in stays and "a certain coach" not in stays


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page(language: str) -> None:
    """One page without script or link, in its language, with names that cannot break it."""
    found = Letter("K1", CHANGED, TODAY, "Nokia", "V2", "<Team & 1>", (Ground("language"),))
    page = letter_page(found, texts_in(language), {})
    assert f'<html lang="{language}">' in page
    assert "&lt;Team &amp; 1&gt;" in page
    assert not re.search(r"<script|<link|https?://|src=", page)
    assert page.count("<h1>") == 1
