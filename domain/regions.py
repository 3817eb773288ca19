"""Which region's holidays hold for a debtor? Found from the postal code, where regions differ.

France, Germany, Spain and the United Kingdom. Where the first digits of a postal code belong to
more than one region, the holidays of all of them count: nobody is contacted on a holiday of their
own. The table of Germany goes by two digits and is a courtesy, not a survey.
The names of regions are those of ISO 3166-2, as the holiday library has them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

_Value = TypeVar("_Value")

_DIGITS = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}-)?([0-9]{5})(?![0-9])")
_BRITISH = re.compile(r"\b([A-Z]{1,2})[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\b")

_FRANCE: dict[str, tuple[str, ...]] = {
    # The local law of Alsace and Moselle (Good Friday, 26 December); overseas: the abolition days.
    "57": ("57",),
    **dict.fromkeys(("67", "68"), ("6AE",)),
    **{code: (code,) for code in ("971", "972", "973", "974", "976")},
    "97133": ("BL",),
    "97150": ("MF",),
    "986": ("WF",),
    "987": ("PF",),
    "988": ("NC",),
}

_FRENCH_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "97133": "America/St_Barthelemy",
    "97150": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}

_GERMANY: dict[str, tuple[str, ...]] = {
    # By the first two digits; a few villages across a border keep their neighbours' holidays, too.
    "01": ("SN", "BB"),
    "02": ("SN",),
    "03": ("BB",),
    "04": ("SN", "TH", "BB"),
    "06": ("ST", "TH"),
    "07": ("TH", "SN"),
    "08": ("SN",),
    "09": ("SN",),
    "10": ("BE",),
    "12": ("BE", "BB"),
    "13": ("BE",),
    "14": ("BE", "BB", "ST"),
    "15": ("BB",),
    "16": ("BB",),
    "17": ("MV", "BB"),
    "18": ("MV",),
    "19": ("MV", "BB"),
    "20": ("HH",),
    "21": ("HH", "NI", "SH"),
    "22": ("HH", "SH"),
    "23": ("SH", "MV"),
    "24": ("SH",),
    "25": ("SH",),
    "26": ("NI",),
    "27": ("NI", "HB"),
    "28": ("HB", "NI"),
    "29": ("NI", "ST"),
    "30": ("NI",),
    "31": ("NI",),
    "32": ("NW",),
    "33": ("NW",),
    "34": ("HE", "NI", "NW"),
    "35": ("HE",),
    "36": ("HE", "TH"),
    "37": ("NI", "HE", "TH", "NW"),
    "38": ("NI", "ST"),
    "39": ("ST",),
    "48": ("NW", "NI"),
    "49": ("NI", "NW"),
    **dict.fromkeys(("40", "41", "42", "44", "45", "46", "47", "50", "52", "58"), ("NW",)),
    "51": ("NW", "RP"),
    "53": ("NW", "RP"),
    "54": ("RP",),
    "55": ("RP", "HE"),
    "56": ("RP",),
    "57": ("NW", "RP"),
    "59": ("NW", "HE"),
    "60": ("HE",),
    "61": ("HE",),
    "63": ("HE", "BY"),
    "64": ("HE", "BW"),
    "65": ("HE", "RP"),
    "66": ("SL", "RP"),
    "67": ("RP",),
    "68": ("BW", "HE"),
    "69": ("BW", "HE"),
    "76": ("BW", "RP"),
    "88": ("BW", "BY"),
    **dict.fromkeys(("70", "71", "72", "73", "74", "75", "77", "78", "79"), ("BW",)),
    **dict.fromkeys(("80", "81", "82", "83", "84", "85", "86", "87"), ("BY",)),
    "89": ("BY", "BW"),
    "97": ("BY", "BW"),
    "98": ("TH",),
    "99": ("TH",),
    **dict.fromkeys(("90", "91", "92", "93", "94", "95", "96"), ("BY",)),
}

_SPAIN: dict[str, tuple[str, ...]] = {
    # The first two digits are the province.
    **dict.fromkeys(("04", "11", "14", "18", "21", "23", "29", "41"), ("AN",)),
    **dict.fromkeys(("22", "44", "50"), ("AR",)),
    **dict.fromkeys(("02", "13", "16", "19", "45"), ("CM",)),
    **dict.fromkeys(("05", "09", "24", "34", "37", "40", "42", "47", "49"), ("CL",)),
    **dict.fromkeys(("08", "17", "25", "43"), ("CT",)),
    **dict.fromkeys(("03", "12", "46"), ("VC",)),
    **dict.fromkeys(("06", "10"), ("EX",)),
    **dict.fromkeys(("15", "27", "32", "36"), ("GA",)),
    **dict.fromkeys(("35", "38"), ("CN",)),
    **dict.fromkeys(("01", "20", "48"), ("PV",)),
    "07": ("IB",),
    "26": ("RI",),
    "28": ("MD",),
    "30": ("MC",),
    "31": ("NC",),
    "33": ("AS",),
    "39": ("CB",),
    "51": ("CE",),
    "52": ("ML",),
}

_KINGDOM: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("AB", "DD", "DG", "EH", "FK", "G", "HS", "IV", "KA", "KW", "KY"), ("SCT",)),
    **dict.fromkeys(("ML", "PA", "PH", "TD", "ZE"), ("SCT",)),
    "BT": ("NIR",),
}

_BY_DIGITS: dict[str, dict[str, tuple[str, ...]]] = {"FR": _FRANCE, "DE": _GERMANY, "ES": _SPAIN}

_ZONES: dict[str, dict[str, str]] = {
    "FR": _FRENCH_ZONES,
    "ES": {"35": "Atlantic/Canary", "38": "Atlantic/Canary"},
}


def regions_of(country: str, address: Sequence[str]) -> tuple[str, ...]:
    """The regions whose holidays hold at an address; none where no region is known.

    Args:
        country: ISO 3166-1 alpha-2.
        address: its lines; the last one with a postal code counts.
    """
    if country == "GB":
        found = [match for line in address for match in _BRITISH.findall(line.upper())]
        return _KINGDOM.get(found[-1], ()) if found else ()
    return _longest(_BY_DIGITS.get(country, {}), _code(address)) or ()


def zone_of(country: str, address: Sequence[str]) -> str:
    """The time zone of an address that is not its country's own, or empty."""
    return _longest(_ZONES.get(country, {}), _code(address)) or ""


def _code(address: Sequence[str]) -> str:
    found = [code for line in address for code in _DIGITS.findall(line)]
    return found[-1] if found else ""


def _longest(table: dict[str, _Value], code: str) -> _Value | None:
    return next((table[code[:n]] for n in (5, 3, 2) if code[:n] in table), None)
