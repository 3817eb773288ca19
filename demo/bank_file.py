"""What does the bank deliver in the morning? A camt.053 file, with balances that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from schemas.money import Money

ACCOUNTS = {"EUR": "FR7630006000011234567890189", "GBP": "GB29NWBK60161331926819"}
"""The creditor's accounts, as ``creditors/atelier.yaml`` names them."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">\n'
    " <BkToCstmrStmt>\n"
)
_TAIL = " </BkToCstmrStmt>\n</Document>\n"


@dataclass(frozen=True)
class Received:
    """A payment as the bank tells it.

    Attributes:
        iban: of the payer.
        text: what the payer wrote.
    """

    money: Money
    name: str
    iban: str
    text: str


def bank_file(
    day: date, received: Sequence[Received], opening: Mapping[str, Decimal]
) -> tuple[bytes, dict[str, Decimal]]:
    """The statements of one day, one for each account on which something moved.

    Args:
        day: on which everything is booked.
        received: what came in.
        opening: the balances before, by currency.

    Returns:
        The file, and the balances after.
    """
    closing = dict(opening)
    statements: list[str] = []
    for currency, account in ACCOUNTS.items():
        own = [one for one in received if one.money.currency == currency]
        if own:
            closing[currency] += sum((one.money.amount for one in own), Decimal(0))
            balances = _balance("OPBD", opening[currency], currency, day)
            balances += _balance("CLBD", closing[currency], currency, day)
            entries = "".join(_entry(one, day, number) for number, one in enumerate(own, 1))
            statements.append(
                f"  <Stmt>\n   <Id>{day:%Y%m%d}-{currency}</Id>\n"
                f"   <CreDtTm>{day}T06:30:00</CreDtTm>\n"
                f"   <Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>\n"
                f"{balances}{entries}  </Stmt>\n"
            )
    group = f"  <GrpHdr><MsgId>D{day:%Y%m%d}</MsgId><CreDtTm>{day}T06:30:00</CreDtTm></GrpHdr>\n"
    return f"{_HEAD}{group}{''.join(statements)}{_TAIL}".encode(), closing


def _balance(code: str, amount: Decimal, currency: str, day: date) -> str:
    return (
        f"   <Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _entry(one: Received, day: date, number: int) -> str:
    amount = f'<Amt Ccy="{one.money.currency}">{one.money.amount}</Amt>'
    return (
        f"   <Ntry>{amount}<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\n"
        f"    <BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{day:%y%m%d}{one.money.currency}{number:04d}</AcctSvcrRef>\n"
        "    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly>"
        "</Domn></BkTxCd>\n"
        f"    <NtryDtls><TxDtls>{amount}<RltdPties><Dbtr><Pty><Nm>{escape(one.name)}</Nm></Pty>"
        f"</Dbtr><DbtrAcct><Id><IBAN>{one.iban}</IBAN></Id></DbtrAcct></RltdPties>\n"
        f"     <RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )
