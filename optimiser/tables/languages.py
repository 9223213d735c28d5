"""Language codes that a table may hold."""

from __future__ import annotations

import difflib

from optimiser.domain.texts import said

_TWO_LETTERS = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz
ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik
io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml
mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd
se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve
vi vo wa wo xh yi yo za zh zu
"""
"""ISO 639-1."""

_THREE_LETTERS = """
aii apc apd arb arq ary arz ase ast bal bem bfi bin ceb ckb cnh cnr csb din dga eky fil fkv fse fss
gag guz haz hbs hil hmn ilo kab kam kar kea kmr krc krl ksw lez lfn lki luo luy mfe mhr mnk mos mrj mvy
myv nan ndc nso olo pbt pcm pes prs quc rmc rmf rmn rmy rom rop scn sdh sgs shi sma smj smn sms
swc swl szl tem tig tpi udm vep vro wbl wes wol wuu xal yue zgh zza
"""
"""ISO 639-3 codes met in Finland beside those of two letters, sign languages among them."""

OTHER = "xx"
"""Any other language."""
LANGUAGES = frozenset(_TWO_LETTERS.split()) | frozenset(_THREE_LETTERS.split()) | {OTHER}

_BY_NAME = {
    "fin": "fi", "suomi": "fi", "finnish": "fi", "swe": "sv", "ruotsi": "sv", "swedish": "sv", "se-fi": "sv",
    "svenska": "sv", "eng": "en", "englanti": "en", "english": "en", "rus": "ru", "venäjä": "ru",
    "russian": "ru", "ara": "ar", "arabia": "ar", "arabic": "ar", "est": "et", "ee-et": "et", "viro": "et",
    "estonian": "et", "som": "so", "somali": "so", "ukr": "uk", "ukraina": "uk", "ua": "uk", "fas": "fa",
    "per": "fa", "persia": "fa", "dari": "prs", "kur": "ku", "kurdi": "ku", "tha": "th", "thai": "th",
    "vie": "vi", "vietnam": "vi", "zho": "zh", "cn": "zh", "kiina": "zh", "spa": "es", "espanja": "es",
    "tur": "tr", "turkki": "tr", "sqi": "sq", "albania": "sq", "deu": "de", "ger": "de", "saksa": "de",
    "fra": "fr", "ranska": "fr", "viittomakieli": "fse", "other": "xx", "muu": "xx", "jp": "ja",
    "gr": "el", "dk": "da", "finska": "fi", "engelska": "en", "ryska": "ru", "arabiska": "ar", "estniska": "et",
    "somaliska": "so", "ukrainska": "uk", "ukrainian": "uk", "farsi": "fa", "persiska": "fa", "persian": "fa",
    "kurdiska": "ku", "kurdish": "ku", "thaimaa": "th", "vietnamesiska": "vi", "vietnamese": "vi",
    "kinesiska": "zh", "chinese": "zh", "spanska": "es", "spanish": "es", "turkiska": "tr", "turkish": "tr",
    "albanska": "sq", "albanian": "sq", "tyska": "de", "german": "de", "franska": "fr", "french": "fr",
    "puola": "pl", "polska": "pl", "polish": "pl", "romania": "ro", "romanian": "ro", "rumänska": "ro",
    "portugali": "pt", "portugisiska": "pt", "portuguese": "pt", "italia": "it", "italienska": "it",
    "italian": "it", "unkari": "hu", "hungarian": "hu", "ungerska": "hu", "latvia": "lv", "latvian": "lv",
    "liettua": "lt", "lithuanian": "lt", "bulgaria": "bg", "bulgarian": "bg", "serbia": "sr", "kroatia": "hr",
    "bosnia": "bs", "hindi": "hi", "urdu": "ur", "bengali": "bn", "nepali": "ne", "tamil": "ta", "tamili": "ta",
    "tagalog": "tl", "filipino": "tl", "amhara": "am", "amharic": "am", "tigrinja": "ti", "tigrinya": "ti",
    "swahili": "sw", "suahili": "sw", "pashto": "ps", "pastu": "ps", "japani": "ja", "japanese": "ja",
    "korea": "ko", "korean": "ko", "kreikka": "el", "greek": "el", "heprea": "he", "hebrew": "he",
    "saame": "se", "pohjoissaame": "se", "teckenspråk": "fse", "sign language": "fse", "sorani": "ckb",
    "muut": "xx", "annat": "xx",
}  # fmt: skip


def language_of(text: str) -> str:
    """Return the code of a language written by code or name (`suomi`, `Arabian kieli`); else the text."""
    word = text.strip().casefold()
    for form in (word, word.removesuffix(" kieli"), word.removesuffix("n kieli")):
        if form in LANGUAGES or form in _BY_NAME:
            return form if form in LANGUAGES else _BY_NAME[form]
    return text


def language_advice(code: str) -> str:
    """What to write instead of a code that is no language."""
    if code in _BY_NAME:
        return said("Write {code}.", code=_BY_NAME[code])
    near = difflib.get_close_matches(code, sorted(LANGUAGES), 1, 0.6)
    if near:
        return said(
            "Did you mean {near}? Use an ISO 639 code such as fi, sv or ar, fse for sign language, xx for others.",
            near=near[0],
        )
    return said("Use an ISO 639 code such as fi, sv or ar, fse for sign language, xx for others.")
