"""What does the free text of an MT940 entry say? Sub-fields, keywords and slashes of banks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from schemas.bank import Party, ReturnInformation
from statements.values import account_number, is_iban, reference

LINE_CHARACTERS = 64
"""A line this long was wrapped in the middle of a word; a shorter one ends where a word does."""

PURPOSE_CHARACTERS = 27
"""A sub-field this long goes on in the next one without a blank."""

GERMAN_RETURNS = frozenset(("108", "109", "159", "181", "184"))
"""Business transaction codes of returned SEPA debits and transfers (Deutsche Kreditwirtschaft)."""

_STRUCTURED = re.compile(r"(\d{3})([?~<>^|])(?=\d{2})")
_KEYWORDS = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|RREF|SQTP|MDAT|DDAT)\+"
)
_SLASHES = re.compile(
    r"/(TRTP|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|ORDP|BENM|ADDR|RTRN|PREF|RREF|PURP|CNTP|ISDT"
    r"|SVCL|ULTC|ULTD|EXCH|USTD|STRD|KREF|TRCD|OCMT|CHGS|BUSP|ACCW|INIT|SCID)/"
)
_FIELDS = {
    "EREF": "end_to_end_id",
    "MREF": "mandate",
    "MARF": "mandate",
    "CRED": "creditor_scheme_id",
    "CSID": "creditor_scheme_id",
    "SCID": "creditor_scheme_id",
    "PURP": "purpose",
    "KREF": "message_id",
    "PREF": "payment_information_id",
}
_PURPOSE = (*range(20, 30), *range(60, 64))


@dataclass
class SwiftText:
    """What was understood.

    Attributes:
        fields: of the transaction, ready to be set.
        party: the other side.
        code: the German business transaction code, if there is one.
        parts: what has no field of its own.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    party: Party | None = None
    code: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    is_return: bool = False


def read_swift_text(lines: list[str], non_swift: list[str]) -> SwiftText:
    """Understand field 86 and the bank's own field NS, as far as they have a known form."""
    whole = joined(lines)
    structured = _STRUCTURED.match(whole)
    if structured:
        said = _sub_fields(whole, structured.group(1), structured.group(2))
    elif _SLASHES.match(whole.lstrip()):
        said = _slashed(whole.lstrip())
    else:
        said = SwiftText()
        if any(line.strip() for line in lines):
            said.fields["remittance"] = tuple(line.strip() for line in lines if line.strip())
    if non_swift:
        _read_non_swift(said, non_swift)
    return said


def joined(lines: list[str]) -> str:
    """Wrapped lines as one text."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) < LINE_CHARACTERS and not parts[-1].endswith(" "):
            parts[-1] += " "
        parts.append(line)
    return "".join(parts)


def _sub_fields(whole: str, code: str, separator: str) -> SwiftText:
    cut = re.split(rf"\s?{re.escape(separator)}(\d{{2}})", whole[3:])
    found: dict[int, str] = {}
    for number, text in zip(cut[1::2], cut[2::2], strict=True):
        found[int(number)] = found.get(int(number), "") + text
    said = SwiftText(code=code, is_return=code in GERMAN_RETURNS)
    purpose = ""
    for number in _PURPOSE:
        text = found.pop(number, "")
        purpose += text if len(text) >= PURPOSE_CHARACTERS else text + " "
    _read_keywords(said, purpose.strip())
    posting = found.pop(0, "").strip()
    if posting:
        said.fields["bank_text"] = posting
    name = (found.pop(32, "") + found.pop(33, "")).strip()
    account = account_number(found.pop(38, "") or found.pop(31, ""))
    bank = found.pop(30, "").strip()
    said.party = _party(name, account, bank)
    reason = found.pop(34, "").strip()
    if said.is_return:
        said.fields["returned"] = ReturnInformation(code=reason)
    elif reason:
        found[34] = reason
    said.parts += tuple((f"?{number:02d}", text.strip()) for number, text in found.items())
    return said


def _party(name: str, account: str, bank: str) -> Party | None:
    if not (name or account):
        return None
    iban = account if is_iban(account) else ""
    return Party(name=name, iban=iban, account="" if iban else account, bic=bank)


def _read_keywords(said: SwiftText, purpose: str) -> None:
    """Split a purpose at its SEPA keywords; without any it is free text."""
    cut = _KEYWORDS.split(purpose)
    free = [cut[0].strip()] if cut[0].strip() else []
    for keyword, text in zip(cut[1::2], cut[2::2], strict=True):
        value = text.strip()
        if keyword == "SVWZ":
            free.append(value)
        elif keyword == "ABWA":
            said.fields["ultimate_debtor"] = Party(name=value)
        elif keyword == "ABWE":
            said.fields["ultimate_creditor"] = Party(name=value)
        else:
            _set(said, keyword, value)
    said.fields["remittance"] = tuple(filter(None, free))


def _set(said: SwiftText, keyword: str, value: str) -> None:
    named = _FIELDS.get(keyword)
    if named is None or said.fields.get(named):
        said.parts += ((keyword, value),)
    elif reference(value):
        # References have no blanks; what stands in one is a wrapped line.
        said.fields[named] = value if named == "purpose" else "".join(value.split())


def _slashed(whole: str) -> SwiftText:
    """Dutch banks: ``/EREF/…/NAME/…/REMI/…``."""
    said = SwiftText()
    cut = _SLASHES.split(whole)
    found = dict(zip(cut[1::2], (text.strip() for text in cut[2::2]), strict=True))
    name, account, bank = found.pop("NAME", ""), found.pop("IBAN", ""), found.pop("BIC", "")
    other = found.pop("CNTP", "")
    if other:
        account, bank, name = (*other.split("/"), "", "", "")[:3]
    said.party = _party(name.strip("/ "), account_number(account), bank.strip("/ "))
    remittance = found.pop("REMI", "")
    if remittance:
        plain = re.sub(r"^(USTD|STRD/[A-Z]*)//?", "", remittance).strip("/ ")
        said.fields["remittance"] = (plain,)
    if "TRTP" in found:
        said.fields["bank_text"] = found.pop("TRTP")
    reason = found.pop("RTRN", "").strip("/")
    if reason:
        said.is_return = True
        said.fields["returned"] = ReturnInformation(code=reason)
    for keyword, value in found.items():
        _set(said, keyword, value.strip("/"))
    return said


def _read_non_swift(said: SwiftText, lines: list[str]) -> None:
    """Field NS of some German banks: 01-14 purpose, 15 and 16 name, 17 posting text."""
    free: list[str] = []
    name = ""
    for line in lines:
        number, text = line[:2], line[2:].strip()
        if number.isdigit() and 1 <= int(number) <= 14:
            free.append(text)
        elif number in {"15", "16"}:
            name = f"{name} {text}".strip()
        elif number == "17":
            said.fields.setdefault("bank_text", text)
        else:
            said.parts += (("NS", line.strip()),)
    if free:
        said.fields["remittance"] = (*said.fields.get("remittance", ()), *free)
    said.party = said.party or _party(name, "", "")
