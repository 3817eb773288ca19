"""How does the bank tell it? A camt.053 a day, reports before it, details after it, CFONB, CSV.

Some days are told as a camt.052 first and as a camt.053 then; batches of some days are one sum in
the statement and their payments come in a camt.054; one statement is sent again; one file covers
several days.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from bench.matching.story import Told
from bench.matching.world import World
from domain.matching.tables import CUSTOMER_COLUMNS, ITEM_COLUMNS

OWN = "FR7630006000011234567890189"
OWN_CFONB = ("30006", "00001", "98765432101")
OWN_NAME = "ATELIERS RELANCE SAS"

_MESSAGES = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
_PLUS, _MINUS = "{ABCDEFGHI", "}JKLMNOPQR"


def write_tables(folder: Path, world: World) -> tuple[Path, Path]:
    """The two CSV files; their paths."""
    invoices, customers = folder / "invoices.csv", folder / "customers.csv"
    with invoices.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(ITEM_COLUMNS)
        for one in world.items:
            kind = "credit_note" if one.is_credit else "invoice"
            writer.writerow(
                (
                    *(one.number, kind, one.payer.number, one.issued, one.due, one.amount),
                    *(one.open, "EUR", one.order, one.reference, one.end_to_end),
                )
            )
    with customers.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(CUSTOMER_COLUMNS)
        for payer in world.payers:
            known = payer.iban if payer.is_known else ""
            siren = payer.siren if payer.country == "FR" else ""
            writer.writerow(
                (payer.number, payer.name, siren, payer.country, known, payer.group, payer.mandate)
            )
    return invoices, customers


def write_statements(folder: Path, told: Sequence[Told]) -> list[Path]:
    """All files, in an order in which a bank might send them."""
    days = sorted({one.day for one in told})
    files: list[Path] = []
    for at, day in enumerate(days):
        todays = [one for one in told if one.day == day]
        cfonb = [one for one in todays if _source(one) == "cfonb"]
        camt = [one for one in todays if _source(one) == "camt"]
        if at % 3 == 0:
            half = [one for one in camt if not one.batch][: len(camt) // 2]
            files.append(_camt(folder / f"{day}.052.xml", "052", day, half))
        booked = [one for one in camt if one.status == "BOOK"]
        with_sums = at % 2 == 0
        files.append(_camt(folder / f"{day}.053.xml", "053", day, booked, sums=with_sums))
        if with_sums:
            batches = [one for one in booked if one.batch]
            files.append(_camt(folder / f"{day}.054.xml", "054", day, batches))
        if cfonb:
            files.append(_cfonb(folder / f"{day}.cfonb", day, cfonb))
    labels = [one for one in told if _source(one) == "csv"]
    if labels:
        files.append(_csv(folder / "labels.csv.txt", labels))
    again = folder / "again.053.xml"
    again.write_bytes((folder / f"{days[2]}.053.xml").read_bytes())
    week = [one for one in told if one.day in days[3:6] and _source(one) == "camt"]
    booked = [one for one in week if one.status == "BOOK"]
    return [*files, again, _camt(folder / "week.053.xml", "053", days[5], booked)]


def _source(one: Told) -> str:
    """Which kind of file tells a transaction; what needs its account or codes is told in camt."""
    needs_camt = one.case in {"account_only", "balance", "group_of_items", "tie", "twice", "back"}
    if one.batch or one.status != "BOOK" or needs_camt or one.want == "book_then_back":
        return "camt"
    number = int(one.key[2:])
    if number % 6 == 0:
        return "cfonb"
    is_plain = one.case in {"number", "listed", "shortened", "order", "tail", "part_without_word"}
    return "csv" if is_plain and number % 6 == 1 and not one.reference else "camt"


def _csv(path: Path, told: Iterable[Told]) -> Path:
    """A file of Banque Populaire: labels only, newest first."""
    head = (
        "Date de comptabilisation;Libelle simplifie;Libelle operation;Reference;"
        "Informations complementaires;Type operation;Debit;Credit;Date operation;Date de valeur"
    )
    lines = [
        f"{one.day:%d/%m/%Y};VIR SEPA RECU DE {one.name};{' '.join(one.texts).replace(';', ',')};"
        f"{one.key};;Virement;;{str(one.amount).replace('.', ',')};{one.day:%d/%m/%Y};"
        f"{one.day:%d/%m/%Y}"
        for one in told
    ]
    path.write_text("\r\n".join([head, *lines[::-1]]) + "\r\n", encoding="cp1252")
    return path


def _camt(path: Path, kind: str, day: date, told: Sequence[Told], *, sums: bool = False) -> Path:
    message, statement = _MESSAGES[kind]
    entries: dict[str, list[Told]] = {}
    for one in told:
        entries.setdefault(one.batch or one.key, []).append(one)
    body = "".join(_entry(key, several, sums=sums) for key, several in entries.items())
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"><{message}>'
        f"<GrpHdr><MsgId>{path.name}</MsgId></GrpHdr><{statement}><Id>{path.name}</Id>"
        f"<CreDtTm>{day}T20:00:00</CreDtTm><Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>EUR</Ccy>"
        f"<Ownr><Nm>{OWN_NAME}</Nm></Ownr></Acct>{body}</{statement}></{message}></Document>",
        encoding="utf-8",
    )
    return path


def _entry(key: str, several: Sequence[Told], *, sums: bool) -> str:
    amount = sum((one.amount for one in several), start=Decimal(0))
    first = several[0]
    direction = "CRDT" if amount > 0 else "DBIT"
    domain, family, sub = first.code.split("/")
    head = (
        f'<Ntry><Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if first.is_marked else ''}"
        f"<Sts><Cd>{first.status}</Cd></Sts><BookgDt><Dt>{first.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{first.day}</Dt></ValDt><AcctSvcrRef>{key}</AcctSvcrRef><BkTxCd><Domn>"
        f"<Cd>{domain}</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn>"
        "</BkTxCd>"
    )
    if first.batch and sums:
        batch = f"<Btch><NbOfTxs>{len(several)}</NbOfTxs></Btch>"
        return f"{head}<NtryDtls>{batch}</NtryDtls></Ntry>"
    details = "".join(_detail(one) for one in several)
    return f"{head}<NtryDtls>{details}</NtryDtls></Ntry>"


def _detail(one: Told) -> str:
    ids = f"<AcctSvcrRef>{one.key}</AcctSvcrRef>"
    ids += f"<EndToEndId>{escape(one.end_to_end) or 'NOTPROVIDED'}</EndToEndId>"
    ids += f"<MndtId>{one.mandate}</MndtId>" if one.mandate else ""
    parties = ""
    own = f"<Nm>{OWN_NAME}</Nm>"
    # A returned transfer keeps its roles; so does a returned debit, with this bank.
    if one.name or one.iban:
        parties = f"<Dbtr><Pty><Nm>{escape(one.name)}</Nm></Pty></Dbtr>"
        parties += f"<DbtrAcct><Id><IBAN>{one.iban}</IBAN></Id></DbtrAcct>" if one.iban else ""
        parties += f"<Cdtr><Pty>{own}</Pty></Cdtr><CdtrAcct><Id><IBAN>{OWN}</IBAN></Id></CdtrAcct>"
    if one.ultimate:
        parties += f"<UltmtDbtr><Pty><Nm>{escape(one.ultimate)}</Nm></Pty></UltmtDbtr>"
    texts = "".join(f"<Ustrd>{escape(text)}</Ustrd>" for text in one.texts)
    if one.reference:
        texts += (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
            f"<Ref>{one.reference}</Ref></CdtrRefInf></Strd>"
        )
    reason = f"<RtrInf><Rsn><Cd>{one.reason}</Cd></Rsn></RtrInf>" if one.reason else ""
    return (
        f'<TxDtls><Refs>{ids}</Refs><Amt Ccy="EUR">{abs(one.amount)}</Amt>'
        f"<CdtDbtInd>{'CRDT' if one.amount > 0 else 'DBIT'}</CdtDbtInd>"
        f"<RltdPties>{parties}</RltdPties>{f'<RmtInf>{texts}</RmtInf>' if texts else ''}"
        f"{reason}</TxDtls>"
    )


def _cfonb(path: Path, day: date, told: Iterable[Told]) -> Path:
    bank, branch, number = OWN_CFONB
    key = f"{bank}    {branch}EUR2 {number}"
    written = f"{day:%d%m%y}"
    lines = [f"01{key}  {written}{'':50}0000000000000{{"]
    for one in told:
        label = f"VIR SEPA {one.name}"[:31]
        amount = int(abs(one.amount) * 100)
        sign = (_PLUS if one.amount > 0 else _MINUS)[amount % 10]
        same = f"{bank}0000{branch}EUR2 {number}{one.afb}{written}"
        lines.append(
            f"04{same}  {written}{label:<31}  0000000  {amount // 10:013d}{sign}{one.key:<16}"
        )
        head = f"05{same}     "
        if one.name:
            lines.append(f"{head}NPY{one.name[:70]}")
        for text in one.texts:
            lines.append(f"{head}LCC{text[:70]}")
            if text[70:]:
                lines.append(f"{head}LC2{text[70:140]}")
        if one.reference:
            lines.append(f"{head}LCS{one.reference}")
        if one.end_to_end:
            lines.append(f"{head}RCN{one.end_to_end}")
        if one.mandate:
            lines.append(f"{head}RUM{one.mandate}")
    lines.append(f"07{key}  {written}{'':50}0000000000000{{")
    path.write_text("".join(f"{line:<120}\n" for line in lines), encoding="iso-8859-1")
    return path
