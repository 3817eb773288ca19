"""Is everything found that a mail program would load by itself, and nothing that it would not?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from activities.remote_resources import remote_resources
from activities.template_samples import sample_debtor, sample_notice
from activities.texts import LoadsFromElsewhere, render_email
from schemas.parties import Capacity

TEMPLATES = Path(__file__).parents[2] / "templates"
FAR = "https://evil.example/x"

LOADING = (
    f"<img src={FAR}>",
    f"<IMG alt='' SRC = '{FAR}'>",
    "<img src='//evil.example/x'>",
    "<img src='x.gif'>",
    f"<img srcset='{FAR} 2x'>",
    f"<img srcset='data:image/png;base64,AAAA 1x, {FAR} 2x'>",
    "<iframe src='data:text/html,hello'></iframe>",
    "<img src='&#104;ttps://evil.example/x'>",
    f"<td background='{FAR}'>",
    f"<link rel=stylesheet href='{FAR}'>",
    f"<link rel=preconnect href='{FAR}'>",
    f"<base href='{FAR}'>",
    f"<svg><image xlink:href='{FAR}' /></svg>",
    f"<iframe src='{FAR}'></iframe>",
    f"<video poster='{FAR}'></video>",
    f"<object data='{FAR}'></object>",
    f"<a href='{FAR}' ping='{FAR}'>",
    f"<meta http-equiv=Refresh content='0; url={FAR}'>",
    f"<div style='background:url({FAR})'>",
    f'<div style="background:url(&quot;{FAR}&quot;)">',
    f"<div style='background:u\\72l({FAR})'>",
    f"<rect fill='url({FAR})'>",
    f"<style>@import '{FAR}';</style>",
    f"<style>@font-face {{ src: URL( {FAR} ) }}</style>",
    f"<style>p {{ background: image-set('{FAR}' 1x) }}</style>",
    f"<style>p {{ background: image-set('data:image/png,A' 1x, '{FAR}' 2x) }}</style>",
    f"<!--[if mso]><v:fill src='{FAR}' /><![endif]-->",
    f"<!--[if !mso]><!--><link href='{FAR}'><!--<![endif]-->",
)

FINE = (
    f"<a href='{FAR}'>download</a>",
    "<a href='mailto:a@b.example'>write</a>",
    "<img src='data:image/png;base64,AAAA'>",
    "<img src='cid:logo@company.example'>",
    "<div style='background:url(data:image/png;base64,AAAA)'>",
    "<p>curl (https://evil.example) and src=https://evil.example</p>",
    "<style>:root { color-scheme: light dark }</style>",
    "<html xmlns='http://www.w3.org/1999/xhtml' xmlns:v='urn:schemas-microsoft-com:vml'>",
    "<meta http-equiv='Content-Type' content='text/html; charset=UTF-8'>",
    f"<img alt='url({FAR})' src='cid:x'>",
)


@pytest.mark.parametrize("markup", LOADING)
def test_what_is_loaded_is_found(markup: str) -> None:
    """A picture, a font, a style, a frame: however it is written, it is found once."""
    assert len(remote_resources(f"<html><body>{markup}</body></html>")) == 1


@pytest.mark.parametrize("markup", FINE)
def test_what_a_reader_chooses_is_fine(markup: str) -> None:
    """Links, and what a mail brings with it, tell nobody that it was read."""
    assert remote_resources(f"<html><body>{markup}</body></html>") == []


def test_a_mail_with_a_tracking_pixel_never_leaves(tmp_path: Path) -> None:
    """Whoever puts a pixel into the frame of all mails is told its file and line; none is made."""
    folder = tmp_path / "templates"
    shutil.copytree(TEMPLATES, folder)
    layout = folder / "layout.mjml"
    words = layout.read_text("utf-8")
    pixel = f"\n<mj-image src='{FAR}' />\n      </mj-column>"
    layout.write_text(words.replace("</mj-column>", pixel, 1), "utf-8")
    notice = sample_notice("firm", sample_debtor("de", Capacity.BUSINESS))
    with pytest.raises(
        LoadsFromElsewhere, match=r"layout\.mjml, line \d+: .*evil\.example"
    ) as told:
        render_email(notice, folder)
    assert FAR in layout.read_text("utf-8").splitlines()[told.value.line - 1]


def test_a_title_is_read_as_it_is_written() -> None:
    """Who has a mail read aloud hears its title, not the code of a space in it."""
    html = render_email(
        sample_notice("firm", sample_debtor("fr", Capacity.BUSINESS)), TEMPLATES
    ).html
    assert 'aria-label="Atelier Lumière SAS : factures F-2026-0117' in html
    assert "u{a0}" not in html
