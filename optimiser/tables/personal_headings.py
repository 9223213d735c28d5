"""How people head columns of names, identity codes, contact details and other personal data, in three languages."""

from __future__ import annotations

from typing import Literal

Who = Literal["client", "coach"]
What = Literal["code", "email", "given", "family", "name"]

_WORDS: dict[What, str] = {
    "code": "henkilotunnus hetu sotu personalidentitycode personalidentitynumber identitycode ssn "
    "socialsecuritynumber personbeteckning personnummer",
    "email": "email emailaddress sahkoposti sahkopostiosoite epost epostadress",
    "given": "etunimi etunimet kutsumanimi firstname forename givenname fornamn tilltalsnamn",
    "family": "sukunimi lastname surname familyname efternamn slaktnamn",
    "name": "nimi kokonimi name fullname namn",
}
MEANING: dict[str, What] = {word: what for what, words in _WORDS.items() for word in words.split()}
"""Heading, as `headings.plain` gives it, to what it tells about who a person is."""
_CONTACT = """
puhelin puh puhelinnumero puhelinnro gsm matkapuhelin matkapuhelinnumero phone phonenumber telephone
telephonenumber mobile mobilephone mobilenumber telefon telefonnummer mobil mobiltelefon mobilnummer
osoite katuosoite lahiosoite kotiosoite postiosoite katu address street streetaddress homeaddress postaladdress
adress gatuadress hemadress postadress syntymaaikahetu
"""
_FURTHER = """
postinumero postcode zipcode postnummer syntymaaika birthdate dateofbirth fodelsedatum kansalaisuus nationality
citizenship medborgarskap sukupuoli sex gender kon aidinkieli mothertongue modersmal uskonto religion
siviilisaaty maritalstatus civilstand diagnoosi diagnosis diagnos lisatiedot lisatieto huomautukset huomautus
huomio huom muistiinpano muistiinpanot notes note comment comments kommentti kommentit anmarkning anteckningar
kommentar vapaateksti freetext fritext tilinumero iban kontonummer
"""
IDENTIFYING = frozenset(MEANING) | frozenset(_CONTACT.split())
"""Headings of names, identity codes and contact details: tables of persons may not have them."""
PERSONAL = IDENTIFYING | frozenset(_FURTHER.split())
"""Those, and whatever else tells of a person and is not asked for."""
WHOSE: dict[str, Who] = {
    "asiakkaan": "client",
    "asiakas": "client",
    "client": "client",
    "klientens": "client",
    "klient": "client",
    "kundens": "client",
    "kund": "client",
    "valmentajan": "coach",
    "valmentaja": "coach",
    "ohjaajan": "coach",
    "coachens": "coach",
    "coach": "coach",
}
"""How a heading begins that says whose name, code or address it is."""
