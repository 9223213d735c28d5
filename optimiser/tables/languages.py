"""Language codes that a table may hold."""

from __future__ import annotations

import difflib

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
    "gr": "el", "dk": "da",
}  # fmt: skip


def language_advice(code: str) -> str:
    """What to write instead of a code that is no language."""
    if code in _BY_NAME:
        return f"Write {_BY_NAME[code]}."
    near = difflib.get_close_matches(code, sorted(LANGUAGES), 1, 0.6)
    hint = f"Did you mean {near[0]}? " if near else ""
    return f"{hint}Use an ISO 639 code such as fi, sv or ar, fse for sign language, xx for others."
