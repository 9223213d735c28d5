"""How people head the columns of a list of clients and of a list of coaches, in three languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from optimiser.domain.columns import Table
from optimiser.domain.schema import CLIENTS, COACHES
from optimiser.tables.headings import plain

SIX = ("client_id", "municipality", "language", "birth_year", "registered_on", "coach_id")
"""The columns that a list of clients has."""
FURTHER = (
    *("other_languages", "need_level", "multi_agency", "extra_meetings", "services_under_way"),
    *("channel", "protected_address", "coach_since"),
)
"""Columns of clients that are used where they are there: what load and rules depend on."""
OF_COACHES = (
    *("coach_id", "unit_id", "municipality", "serves", "languages", "fte"),
    *("full_time_minutes", "limit_minutes", "limit_heads", "reserved_minutes", "start", "end", "remote"),
)
NAMES = ("name", "given_name", "family_name")
"""Columns of a list of coaches that hold names; they are shown in workbook and page alone."""

_PROTECTED = "turvakielto turvakiellonalainen sparrmarkering skyddadadress skyddad protectedaddress protected"
PROTECTED = frozenset(_PROTECTED.split())
"""What stands in the place of a municipality that must not be known, bare."""
CAPACITY = "capacity_minutes"
"""Column of a list of coaches with the minutes a month that the coach has, part time counted in."""

_CLIENT_WORDS = {
    "client_id": """asiakastunnus asiakasnumero asiakasnro asiakasid id tunnus asiakas clientid clientno
        clientnumber client customerid kundnummer kundid klientid klient kund""",
    "municipality": """kuntakoodi kotikunnankoodi kotikuntakoodi kotikunta asiakkaankotikunta kunta
        kunnannimi municipalitycode homemunicipality municipality kommunkod hemkommun kommun hemort""",
    "language": """palvelukieli asiointikieli kieli kielikoodi aidinkieli servicelanguage language
        mothertongue servicesprak sprak modersmal""",
    "birth_year": """syntymavuosi syntvuosi svuosi synv birthyear yearofbirth born fodelsear
        syntymaaika syntymapaiva syntymapvm syntpvm syntaika dateofbirth birthdate fodelsedatum fodelsetid""",
    "registered_on": """alkupaiva alkupvm alkupaivamaara alkanut asiakkuusalkanut asiakkuudenalku
        asiakkuudenalkupaiva asiakkuudenalkupvm asiakkuusalkoi asiakkuusalkaa alkaen aloituspaiva aloituspvm
        rekisteroity rekisterointipaiva registeredon registered registrationdate startdate clientsince start
        startdatum begynnelsedatum kundsedan registrerad""",
    "coach_id": """valmentajatunnus valmentajantunnus omavalmentaja nimettyvalmentaja vastuuvalmentaja
        henkilokohtainenvalmentaja valmentaja valmentajannimi coachid personalcoach coach coachname
        egencoach personligcoach handledare handlaggare""",
}
_COACH_WORDS = {
    "coach_id": """valmentajatunnus valmentajantunnus coachid tunnus id omavalmentaja valmentaja coach
        handledare handlaggare""",
    "name": "valmentajannimi nimi coachname name namn",
    "given_name": "etunimi firstname givenname fornamn",
    "family_name": "sukunimi lastname surname familyname efternamn",
    "unit_id": "yksikko yksikonnimi tiimi tiiminnimi unitid unit team enhet",
    "municipality": """toimipaikka toimipaikankunta toimipisteenkunta toimipiste sijaintikunta kunta kotikunta
        office municipality kommun verksamhetsort""",
    "serves": "palvelee palveltavatkunnat palvelukunnat kunnat serves municipalities betjanar kommuner",
    "languages": "kielet kielitaito palvelukielet kieli languages language sprak",
    "fte": """tyoaika tyoaikaprosentti tyoaikaosuus osaaikaisuus osaaika htv fte workingtime arbetstid
        tunnitviikossa tuntiaviikossa viikkotunnit viikkotyoaika hoursaweek hoursperweek weeklyhours
        timmarpervecka timmariveckan timmarivecka veckotimmar veckoarbetstid""",
    "limit_heads": """asiakasraja asiakkaitaenintaan enintaanasiakkaita enintaanasiakasta enimmaismaara
        maxasiakkaat clientlimit maxclients mostclients hogstantalkunder""",
    CAPACITY: """kapasiteettimin kapasiteettiminuuttia kapasiteettiminkk kapasiteettiminuutteina
        capacitymin capacityminutes kapacitetmin kapacitetminuter""",
}
LISTS = frozenset(
    [
        "valmentajat",
        "omavalmentajat",
        "valmentaja",
        "coaches",
        "coach",
        "coacher",
        "handledare",
        "handlaggare",
    ]
)
"""Names of sheets that list coaches."""


def bare(heading: str) -> str:
    """A heading as letters and digits alone, without case and accents."""
    return re.sub(r"[^a-z0-9]", "", plain(heading))


@dataclass(frozen=True)
class Words:
    """What headings mean.

    Attributes
    ----------
    known : dict
        Bare heading to the column, and its place among the headings of that column: the first is the
        most telling.
    """

    known: dict[str, tuple[str, int]]

    def meaning(self, heading: str | None) -> tuple[str, int] | None:
        """Return column and place of a heading, or of its part before a bracket or slash; None for none."""
        if not heading:
            return None
        whole = self.known.get(bare(heading))
        return whole or self.known.get(bare(re.split(r"[(/,:\[]", heading, maxsplit=1)[0]))


def _words(table: Table, columns: tuple[str, ...], own: dict[str, str]) -> Words:
    known: dict[str, tuple[str, int]] = {}
    for name in (*columns, *(n for n in own if n not in columns)):
        declared = table.by_name.get(name)
        headings = own.get(name, "").split()
        if declared is not None:
            headings += [bare(text) for text in (declared.name, declared.fi, *declared.aliases)]
        for place, heading in enumerate(headings):
            known.setdefault(heading, (name, place))
    return Words(known)


CLIENT_WORDS = _words(CLIENTS, (*SIX, *FURTHER), _CLIENT_WORDS)
COACH_WORDS = _words(COACHES, OF_COACHES, _COACH_WORDS)
