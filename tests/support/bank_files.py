"""What does a bank deliver? Small camt files with their balances, written payment by payment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

OWN_IBAN = "FR7630006000011234567890189"
"""The account of the sample creditor."""

_CODES = {"camt.052": "BkToCstmrAcctRpt", "camt.053": "BkToCstmrStmt"}
_CODES["camt.054"] = "BkToCstmrDbtCdtNtfctn"
_KINDS = {"camt.052": "Rpt", "camt.053": "Stmt", "camt.054": "Ntfctn"}


@dataclass(frozen=True)
class Line:
    """One payment of an entry.

    Attributes:
        amount: signed; negative when money left.
        reference: what the bank calls the entry; empty for none.
        returned: the reason of a return, such as ``AC04``.
    """

    amount: str
    text: str = ""
    name: str = ""
    iban: str = ""
    reference: str = ""
    end_to_end: str = ""
    returned: str = ""
    on: date | None = None


def camt(
    day: date,
    entries: Sequence[Line | Sequence[Line]],
    *,
    opening: str = "0.00",
    kind: str = "camt.053",
    number: str = "",
    account: str = OWN_IBAN,
    sums_only: bool = False,
) -> bytes:
    """A statement, report or notification of one day that adds up.

    Args:
        day: on which everything is booked.
        entries: each a payment, or the payments of one batch.
        opening: the balance before; reports and notifications state none.
        kind: ``camt.052``, ``camt.053`` or ``camt.054``.
        number: of the statement; its day by default.
        account: whose statement it is.
        sums_only: state a batch as one sum, without the payments in it.
    """
    groups = [[one] if isinstance(one, Line) else list(one) for one in entries]
    total = sum((Decimal(one.amount) for group in groups for one in group), Decimal(0))
    closing = Decimal(opening) + total
    balances = ""
    if kind == "camt.053":
        balances = _balance("OPBD", Decimal(opening), day) + _balance("CLBD", closing, day)
    body = "".join(
        _entry(group, day, number_of, sums_only=sums_only)
        for number_of, group in enumerate(groups, 1)
    )
    name = _KINDS[kind]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08"><{_CODES[kind]}>'
        f"<GrpHdr><MsgId>M{day:%Y%m%d}</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr>"
        f"<{name}><Id>{number or f'{kind}-{day:%Y%m%d}'}</Id><CreDtTm>{day}T20:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{body}</{name}>"
        f"</{_CODES[kind]}></Document>"
    ).encode()


def _balance(code: str, amount: Decimal, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _amount(amount: Decimal) -> str:
    sign = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _entry(group: Sequence[Line], day: date, number: int, *, sums_only: bool) -> str:
    total = sum((Decimal(one.amount) for one in group), Decimal(0))
    booked = group[0].on or day
    reference = group[0].reference or f"B{booked:%y%m%d}{number:05d}"
    code = "RRTN" if group[0].returned else "ESCT"
    family = "RDDT" if group[0].returned else "RCDT"
    details = "".join(_detail(one) for one in group)
    if sums_only and len(group) > 1:
        details = f"<Btch><NbOfTxs>{len(group)}</NbOfTxs></Btch>"
    return (
        f"<Ntry>{_amount(total)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{booked}</Dt></BookgDt>"
        f"<ValDt><Dt>{booked}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly>"
        f"</Domn></BkTxCd><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _detail(one: Line) -> str:
    money = Decimal(one.amount)
    account = f"<DbtrAcct><Id><IBAN>{one.iban}</IBAN></Id></DbtrAcct>" if one.iban else ""
    name = f"<Dbtr><Pty><Nm>{escape(one.name)}</Nm></Pty></Dbtr>" if one.name else ""
    end_to_end = f"<Refs><EndToEndId>{one.end_to_end or 'NOTPROVIDED'}</EndToEndId></Refs>"
    why = f"<RtrInf><Rsn><Cd>{one.returned}</Cd></Rsn></RtrInf>" if one.returned else ""
    text = f"<RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>" if one.text else ""
    return (
        f'<TxDtls>{end_to_end}<Amt Ccy="EUR">{abs(money)}</Amt>'
        f"<RltdPties>{name}{account}</RltdPties>{text}{why}</TxDtls>"
    )
