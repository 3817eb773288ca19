"""Does ``starter.py match`` tell what would be booked, without any engine?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

INVOICES = """\
number,type,customer_id,issue_date,due_date,amount,open_amount,currency,purchase_order,\
creditor_reference,sdd_end_to_end_id
FA-2026-00123,invoice,C1,2026-01-05,2026-02-04,120.00,120.00,EUR,,,
FA-2026-00124,invoice,C1,2026-01-06,2026-02-05,80.50,80.50,EUR,,,
FA-2026-00125,invoice,C2,2026-01-06,2026-02-05,80.50,80.50,EUR,,,
"""
CUSTOMERS = """\
customer_id,name,siren,country,known_iban,group,sdd_mandate
C1,Menuiserie Dubois SARL,,FR,FR1420041010050500013M02606,,
C2,Leroy SA,,FR,,,
"""
STATEMENT = """\
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>
<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Ntry><Amt Ccy="EUR">200.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-02-02</Dt></BookgDt><AcctSvcrRef>BK0001</AcctSvcrRef><NtryDtls><TxDtls>
<RltdPties><Dbtr><Pty><Nm>DUBOIS MENUISERIE</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>FACT FA 2026 123/24</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person types it, with an engine that nobody can reach."""
    environment = {**os.environ, "DATABASE_URL": "postgresql://127.0.0.1:9/none", "COLUMNS": "160"}
    command = (sys.executable, "starter.py", "match", *map(str, words))
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def tables(folder: Path) -> tuple[str | Path, ...]:
    """The options that name the two tables."""
    (folder / "invoices.csv").write_text(INVOICES, "utf-8")
    (folder / "customers.csv").write_text(CUSTOMERS, "utf-8")
    (folder / "day.xml").write_text(STATEMENT, "utf-8")
    return (
        *("--invoices", folder / "invoices.csv", "--customers", folder / "customers.csv"),
        "--statements",
    )


def test_match_tells_each_delivered_transaction(tmp_path: Path) -> None:
    """The same statement twice: its payment is booked once, and told as a duplicate then."""
    options, day = tables(tmp_path), tmp_path / "day.xml"
    said = run(*options, day, day, "--json")
    assert said.returncode == 0, said.stderr
    first, second = json.loads(said.stdout)
    assert (first["file"], first["key"], first["status"]) == (str(day), "BK0001", "matched")
    assert first["allocations"] == [
        {"document": "FA-2026-00123", "amount": "120.00"},
        {"document": "FA-2026-00124", "amount": "80.50"},
    ]
    assert all(isinstance(words, str) and words for words in first["evidence"])
    assert (second["status"], second["allocations"]) == ("duplicate", [])


def test_match_is_told_in_words(tmp_path: Path) -> None:
    """A person sees what would be booked and why, and that nothing was stored."""
    said = run(*tables(tmp_path), tmp_path / "day.xml")
    assert said.returncode == 0, said.stderr
    assert "FA-2026-00124 80.50" in said.stdout
    assert "1 matched" in said.stdout
    assert "Nothing was stored" in said.stdout


def test_missing_column_is_named(tmp_path: Path) -> None:
    """A table without a column that is needed says which one."""
    options = tables(tmp_path)
    (tmp_path / "invoices.csv").write_text("number,amount\nF1,1.00\n", "utf-8")
    said = run(*options, tmp_path / "day.xml", "--json")
    assert said.returncode == 2
    assert "customer_id, open_amount" in said.stderr
