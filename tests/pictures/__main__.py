"""How does every text look? Contact sheets of all mails at two widths, letters and statements.

``python -m tests.pictures`` draws them into ``docs/pictures``, and everything in full size into
``var/pictures``: letters at 200 dpi, mails as a browser shows them. Mails need Chromium; where
there is none, it says so, draws the letters, and ends with 1.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFont

from activities.letter_pdf import LetterPress
from activities.statement_pdf import StatementPress
from activities.template_check import texts_of
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import render_email
from schemas.notice import Letter, Notice
from schemas.parties import Capacity
from schemas.plan import Charges, NoticeKind

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
SHEETS = ROOT / "docs" / "pictures"
FULL = ROOT / "var" / "pictures"

COUNTRY = {"de": "DE", "en": "GB", "fr": "FR"}
"""Whose law each language is shown with."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDE, NARROW, HIGHEST = 680, 360, 2000
FITS = "this.height=this.contentDocument.documentElement.scrollHeight"
BACKGROUND = "#d5d8dc"
MAIL_BACKGROUND = "#f2f3f5"
GAP = 24
DPI = 200


def notice_of(name: str, language: str, capacity: Capacity) -> Notice:
    """A sample message, with charges where a plan would have them told."""
    charges = {"firm": Charges.STATE, "formal-notice": Charges.CLAIM}.get(name, Charges.NONE)
    debtor = sample_debtor(language, capacity, COUNTRY.get(language, "FR"))
    return sample_notice(name, debtor, charges=charges)


def order(name: str) -> int:
    """Texts as a debtor meets them."""
    ladder = ["before-due", "courtesy", "reminder", "firm", "formal-notice", "hand-over-notice"]
    known = [*ladder, *NoticeKind]
    return known.index(name) if name in known else len(known)


def names_of(language: str, kind: str) -> list[str]:
    """The texts of a kind, in that order."""
    return sorted((name for name, one in texts_of(TEMPLATES, language) if one == kind), key=order)


def mail_page(language: str) -> tuple[str, int, int]:
    """All mails of a language beside each other: a page with a frame each, its width and height."""
    rows = []
    names = names_of(language, "e-mail")
    for name in names:
        cells = []
        for capacity in Capacity:
            mail = render_email(notice_of(name, language, capacity), TEMPLATES)
            source = html.escape(mail.html)
            title = html.escape(f"{name} · {capacity.value} · {mail.subject}")
            frames = "".join(
                f'<iframe srcdoc="{source}" width="{width}" onload="{FITS}"></iframe>'
                for width in (WIDE, NARROW)
            )
            cells.append(f'<td><div class="title">{title}</div>{frames}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    style = (
        f"body{{margin:0;background:{BACKGROUND};font:22px sans-serif}}"
        "iframe{border:0;margin-right:8px;vertical-align:top}td{padding:8px;vertical-align:top}"
        f".title{{height:32px;width:{WIDE + NARROW}px;overflow:hidden;white-space:nowrap}}"
    )
    table = f"<table>{''.join(rows)}</table>"
    page = f"<!doctype html><meta charset=utf-8><style>{style}</style>{table}"
    width = len(Capacity) * (WIDE + NARROW + 50)
    return page, width, len(names) * HIGHEST


def draw_mails(browser: str, language: str) -> Image.Image:
    """A picture of all mails of a language."""
    return draw(browser, *mail_page(language), BACKGROUND)


def draw_mail(browser: str, name: str, language: str) -> Image.Image:
    """A picture of one mail to a business, as wide as it is read at a desk."""
    mail = render_email(notice_of(name, language, Capacity.BUSINESS), TEMPLATES)
    return draw(browser, mail.html, WIDE, HIGHEST, MAIL_BACKGROUND)


def draw(browser: str, page: str, width: int, height: int, background: str) -> Image.Image:
    """A picture of a page, as far down as there is anything but its background.

    Raises:
        RuntimeError: when the browser drew nothing; with its own words.
    """
    with tempfile.TemporaryDirectory(prefix="relance-pictures-") as folder:
        source, picture = Path(folder, "mails.html"), Path(folder, "mails.png")
        source.write_text(page, "utf-8")
        done = subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--user-data-dir={folder}/profile", f"--window-size={width},{height}"),
                *(f"--screenshot={picture}", "--virtual-time-budget=8000", source.as_uri()),
            ],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        if not picture.is_file():
            raise RuntimeError(f"{browser} drew nothing: {done.stderr[-500:]}")
        drawn = Image.open(picture).convert("RGB")
    empty = Image.new("RGB", drawn.size, background)
    _, _, _, bottom = ImageChops.difference(drawn, empty).getbbox() or (0, 0, 0, drawn.height)
    return drawn.crop((0, 0, drawn.width, min(bottom + GAP, drawn.height)))


def draw_letters(language: str) -> list[tuple[str, Image.Image]]:
    """Every page of every letter of a language at 200 dpi, each with its name."""
    press = LetterPress(TEMPLATES)
    found = []
    for name in names_of(language, "letter"):
        for capacity in Capacity:
            letter = press.print(notice_of(name, language, capacity))
            found += pages_of(letter, f"{language} {name} {capacity.value}")
    return found


def draw_statements(language: str) -> list[tuple[str, Image.Image]]:
    """Every page of statements of one and of twelve invoices, with charges claimed and stated."""
    press = StatementPress(TEMPLATES)
    debtor = sample_debtor(language, Capacity.BUSINESS, COUNTRY[language])
    found = []
    for invoices, charges in ((1, Charges.CLAIM), (12, Charges.STATE)):
        notice = sample_notice("firm", debtor, charges=charges, invoices=invoices)
        found += pages_of(press.print(notice), f"{language} statement {invoices} {charges.value}")
    return found


def pages_of(document: Letter, name: str) -> list[tuple[str, Image.Image]]:
    """Every page of a document at 200 dpi, each with its name."""
    pdf = pypdfium2.PdfDocument(document.pdf)
    found = [
        (f"{name} {number}", page.render(scale=DPI / 72).to_pil().convert("RGB"))
        for number, page in enumerate(pdf, 1)
    ]
    pdf.close()
    return found


def sheet_of(pages: list[tuple[str, Image.Image]], columns: int, width: int) -> Image.Image:
    """Pages side by side, made small, each under its name."""
    height = round(width * 297 / 210)
    rows = -(-len(pages) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP), rows * (height + GAP + 18)), BACKGROUND)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(10)
    for place, (name, page) in enumerate(pages):
        row, column = divmod(place, columns)
        left, top = column * (width + GAP) + GAP // 2, row * (height + GAP + 18)
        draw.text((left, top + 6), name, fill="#24292f", font=font)
        sheet.paste(page.resize((width, height), Image.Resampling.LANCZOS), (left, top + 24))
    return sheet


def keep(picture: Image.Image, name: str, width: int, quality: int) -> None:
    """A picture small enough for the repository: the folder's limit is a house test's."""
    small = picture
    if picture.width > width:
        height = round(picture.height * width / picture.width)
        small = picture.resize((width, height), Image.Resampling.LANCZOS)
    path = SHEETS / f"{name}.webp"
    small.save(path, quality=quality, method=6)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB\n")


def main() -> int:
    """Draw everything; 1 when there is no browser for the mails."""
    for folder in (SHEETS, FULL):
        folder.mkdir(parents=True, exist_ok=True)
    pages, statements = [], []
    for language in COUNTRY:
        for name, page in draw_statements(language):
            page.save(FULL / f"{name.replace(' ', '-')}.png")
            statements.append((name, page))
        for name, page in draw_letters(language):
            page.save(FULL / f"{name.replace(' ', '-')}.png")
            if name.endswith((" 1", "formal-notice business 2")):
                pages.append((name, page))
    keep(sheet_of(pages, 10, 220), "letters", 2440, 12)
    keep(sheet_of(statements, 6, 240), "statements", 1600, 10)
    browser = next((path for one in BROWSERS if (path := shutil.which(one))), None)
    if browser is None:
        sys.stderr.write(
            "No mail was drawn: there is no Chromium here. Install it (on Debian: "
            f"apt-get install chromium) so that one of {', '.join(BROWSERS)} can be run.\n"
        )
        return 1
    for language in COUNTRY:
        picture = draw_mails(browser, language)
        picture.save(FULL / f"mails-{language}.png")
        keep(picture, f"mails-{language}", 960, 10)
    # A PNG, because it stands in the README, which not everybody reads where WebP is shown.
    email = draw_mail(browser, "reminder", "fr").quantize(64)
    email.save(SHEETS / "email.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
