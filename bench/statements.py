"""How fast are bank files read? Payments a second and memory, against a bare pass of lxml.

Run it as ``python -m bench.statements`` from the root of the tree.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from lxml import etree

from schemas.bank import BankTransaction
from statements.reader import open_bank_file

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
BATCH_DETAILS = 50_000
LARGE_BYTES = 100 << 20

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
    "<GrpHdr><MsgId>BENCH</MsgId></GrpHdr><Stmt><Id>BENCH</Id>"
    "<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id><Ccy>EUR</Ccy></Acct>"
)
_TAIL = "</Stmt></BkToCstmrStmt></Document>"
_DETAIL = (
    "<TxDtls><Refs><EndToEndId>E2E-{0}</EndToEndId><TxId>TX{0}</TxId></Refs>"
    '<Amt Ccy="EUR">{1}.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty>'
    "<Nm>SOCIETE {0} SARL</Nm><PstlAdr><Ctry>FR</Ctry></PstlAdr></Pty></Dbtr><DbtrAcct><Id>"
    "<IBAN>FR1420041010050500013M02606</IBAN></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt>"
    "<FinInstnId><BICFI>AGRIFRPP882</BICFI></FinInstnId></DbtrAgt></RltdAgts><RmtInf>"
    "<Ustrd>FACTURE FA-2026-{0:06d}</Ustrd></RmtInf></TxDtls>"
)
_ENTRY = (
    '<Ntry><NtryRef>{0}</NtryRef><Amt Ccy="EUR">{1}.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-04-10</Dt></BookgDt><ValDt><Dt>2026-04-10</Dt>"
    "</ValDt><AcctSvcrRef>BK{0:012d}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>"
    "<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>{2}</NtryDtls></Ntry>"
)


def main(payments: int = 20_000) -> None:
    """Print one JSON line: payments a second, ratios to bare passes, memory, linearity."""
    # CFONB has no XML to pass over: its measure is lxml over the same payments in camt.
    same = camt(payments)
    found = {
        "payments": payments,
        "camt053": _speed(same, payments, _bare_lxml),
        "cfonb120": _speed(cfonb(payments), payments, lambda _: _bare_lxml(same)),
        "one_entry_of_50000_details": _speed(batch(BATCH_DETAILS), BATCH_DETAILS, _bare_lxml),
        "camt053_twice_the_payments": _speed(camt(2 * payments), 2 * payments, _bare_lxml),
        "memory": _memory(),
    }
    sys.stdout.write(json.dumps(found) + "\n")


def camt(payments: int) -> bytes:
    """A camt.053 of single payments, as a bank writes it without blanks."""
    entries = (
        _ENTRY.format(number, number % 900 + 1, _DETAIL.format(number, number % 900 + 1))
        for number in range(payments)
    )
    return f"{_HEAD}{''.join(entries)}{_TAIL}".encode()


def batch(details: int) -> bytes:
    """A camt.053 of one entry with many details."""
    inner = "".join(_DETAIL.format(number, number % 900 + 1) for number in range(details))
    total = sum(number % 900 + 1 for number in range(details)) + details // 2
    entry = _ENTRY.format(1, total, inner).replace(f">{total}.50<", f">{total}.00<", 1)
    return f"{_HEAD}{entry}{_TAIL}".encode()


def cfonb(payments: int) -> bytes:
    """A CFONB 120 of payments with two details each."""
    key = "30006    00001EUR2 12345678901"
    lines = [f"01{key}  090426{'':50}0000000000000{{".ljust(120)]
    for number in range(payments):
        same = "30006000000001EUR2 1234567890105100426"
        label = f"VIR SEPA SOCIETE {number}"
        lines.append(
            f"04{same}  100426{label:<31}  0000000  {number % 900 + 1:011d}50{{".ljust(120)
        )
        lines.append(f"05{same}     NPYSOCIETE {number} SARL".ljust(120))
        lines.append(f"05{same}     LCCFACTURE FA-2026-{number:06d}".ljust(120))
    lines.append(f"07{key}  100426{'':50}0000000000000{{".ljust(120))
    return "\n".join(lines).encode()


def _speed(content: bytes, payments: int, bare: Callable[[bytes], object]) -> dict[str, float]:
    """The best of some runs of each, taken in turn, since a shared machine has its moods."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(RUNS):
        theirs.append(_seconds(bare, content))
        started = time.perf_counter()
        count = _read(content)
        ours.append(time.perf_counter() - started)
        if count != payments:
            raise RuntimeError(f"{count} payments were read, not {payments}")
    return {
        "payments_per_second": round(payments / min(ours)),
        "seconds": round(min(ours), 3),
        "bare_seconds": round(min(theirs), 3),
        "times_a_bare_pass": round(min(ours) / min(theirs), 2),
    }


def _seconds(work: Callable[[bytes], object], content: bytes) -> float:
    started = time.perf_counter()
    work(content)
    return time.perf_counter() - started


def _read(content: bytes) -> int:
    _, pieces = open_bank_file(content)
    return sum(1 for one in pieces if isinstance(one, BankTransaction))


def _bare_lxml(content: bytes) -> int:
    """Every element seen once and dropped: what nobody can do without."""
    count = 0
    for _, element in etree.iterparse(BytesIO(content), resolve_entities=False):
        count += 1
        element.clear()
    return count


def _memory() -> dict[str, float]:
    """Mebibytes beyond the file itself, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="relance-bench-") as name:
        folder = Path(name)
        per_payment = len(camt(2000)) // 2000
        files: dict[str, Callable[[], bytes]] = {
            "file_of_100_mebibytes": lambda: camt(LARGE_BYTES // per_payment),
            "one_entry_of_50000_details": lambda: batch(BATCH_DETAILS),
        }
        found: dict[str, float] = {}
        for subject, content in files.items():
            path = folder / f"{subject}.xml"
            path.write_bytes(content())
            command = (sys.executable, "-m", "bench.statements", "memory", str(path))
            told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            found[f"{subject}_mebibytes_beyond_it"] = float(told.stdout)
        return found


def _peak() -> float:
    """The most memory this process ever had, in mebibytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says may be the parent's
        for line in status.read_text("ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tell_memory(path: Path) -> None:
    for _ in _read_small():
        pass
    content = path.read_bytes()
    before = _peak()
    _read(content)
    sys.stdout.write(f"{_peak() - before:.1f}\n")


def _read_small() -> Iterator[int]:
    """Load everything that reading needs, so that it does not count as the file's."""
    yield _read(camt(10))


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        _tell_memory(Path(sys.argv[2]))
    else:
        main()
