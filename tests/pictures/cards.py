"""Every card the product can produce, drawn by Microsoft's renderer in a real browser: contact sheets to look at.

python -m tests.pictures.cards                              the sheets of docs/pictures/cards
python -m tests.pictures.cards --out /tmp/look --only home  only the cards whose name begins so
python -m tests.pictures.cards --check                      no picture, but what does not fit 320 pixels is an error
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor
from playwright.sync_api import Browser, Page, sync_playwright

from tests.dialogs.samples import cards
from tests.e2e.conftest import BRITISH

ROOT = Path(__file__).parents[2]
RENDERER = ROOT / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
MARKDOWN = ROOT / "node_modules" / "markdown-it" / "dist" / "markdown-it.min.js"
HOST_CONFIG = ROOT / "tests" / "dialogs" / "host_config.json"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
NARROWEST = 320
ON_WHITE = ("#242424", "#616161", "#4f52b2", "#a4262c")
"""Letters: ours, the quieter ones, the main button, what is wrong. Between each and white lie its softer edges."""
GROUNDS = ("#ffffff", "#ebebeb", "#f3f2f1", "#fcebee", "#fbf6d9", "#e7f2da", "#e8ebfa", "#d5d5d5", "#c7c7c7", "#efefef")
SHADES = 2
"""Steps from a letter to its ground: cards are text on plain colours, and the sheets are kept in the repository."""


@dataclass(frozen=True)
class Sheet:
    """How cards are laid out for one kind of screen."""

    name: str
    card: int
    """Width of a card in pixels."""
    columns: int
    each: int
    """Cards on one sheet."""


SHEETS = (Sheet("phone", 360, 5, 40), Sheet("laptop", 700, 3, 40))

PAGE = """<!doctype html><meta charset="utf-8"><style>
  body { margin: 16px; background: #ebebeb; font-family: 'Segoe UI', 'DejaVu Sans', sans-serif }
  #cards { column-gap: 16px }
  figure { margin: 0 0 16px; break-inside: avoid }
  figcaption { font: 12px monospace; color: #444; margin-bottom: 4px }
  .card { background: #fff; border-radius: 6px; border: 1px solid #d5d5d5; overflow: hidden }
  .ac-pushButton { font: 600 13px 'Segoe UI', 'DejaVu Sans', sans-serif; padding: 6px 12px; border-radius: 4px;
    border: 1px solid #c7c7c7; background: #fff; cursor: pointer; white-space: normal !important }
  .ac-pushButton.style-positive { background: #4f52b2; color: #fff; border-color: #4f52b2 }
  .ac-actionSet { flex-wrap: wrap; row-gap: 8px }
  input, select, textarea { font: 14px 'Segoe UI', 'DejaVu Sans', sans-serif; padding: 6px; width: 100%;
    box-sizing: border-box; border: 1px solid #c7c7c7; border-radius: 4px }
  input[type=radio], input[type=checkbox] { width: auto }
</style><div id="cards"></div>"""

DRAW = """([cards, config, width, columns]) => {
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdownit({ breaks: true }).render(text); result.didProcess = true; };
  const host = document.getElementById("cards");
  host.innerHTML = "";
  host.style.columnCount = columns;
  host.style.width = (columns * width + (columns - 1) * 16) + "px";
  for (const [name, json] of cards) {
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig(config);
    card.parse(json);
    const figure = document.createElement("figure");
    figure.dataset.name = name;
    const caption = document.createElement("figcaption");
    caption.textContent = name;
    const frame = document.createElement("div");
    frame.className = "card";
    frame.style.width = width + "px";
    frame.appendChild(card.render());
    figure.append(caption, frame);
    host.appendChild(figure);
  }
}"""

TOO_WIDE = """() => [...document.querySelectorAll("figure")].flatMap((figure) => {
  const frame = figure.querySelector(".card"), edge = frame.getBoundingClientRect().right + 1;
  const over = [...frame.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width > 0 && (box.right > edge || one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
      && getComputedStyle(one).overflowX === "hidden" && one.tagName !== "INPUT");
  });
  return over.length ? [figure.dataset.name + ": " + (over[0].textContent || over[0].tagName).slice(0, 60)] : [];
})"""


def draw(page: Page, found: list[tuple[str, dict[str, Any]]], *, width: int, columns: int) -> None:
    """Put cards on the page."""
    page.evaluate(DRAW, [found, json.loads(HOST_CONFIG.read_text(encoding="utf-8")), width, columns])


def too_wide(browser: Browser, found: dict[str, dict[str, Any]], width: int = NARROWEST) -> list[str]:
    """The cards of which something does not fit a screen of this width, each with what it is."""
    page = _page(browser, width + 40)
    draw(page, list(found.items()), width=width, columns=1)
    over: list[str] = page.evaluate(TOO_WIDE)
    page.close()
    return over


def heights(browser: Browser, found: dict[str, dict[str, Any]], width: int) -> dict[str, float]:
    """How tall each card is on a screen of this width, in pixels."""
    page = _page(browser, width + 40)
    draw(page, list(found.items()), width=width, columns=1)
    tall: list[float] = page.evaluate(
        "[...document.querySelectorAll('figure .card')].map((one) => one.getBoundingClientRect().height)"
    )
    page.close()
    return dict(zip(found, tall, strict=True))


def take(browser: Browser, found: dict[str, dict[str, Any]], folder: Path) -> list[Path]:
    """The contact sheets, written to a folder; sheets of an earlier time that are not needed any more are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sheet in SHEETS:
        page = _page(browser, sheet.columns * (sheet.card + 16) + 32)
        every = list(found.items())
        for number, start in enumerate(range(0, len(every), sheet.each), 1):
            draw(page, every[start : start + sheet.each], width=sheet.card, columns=sheet.columns)
            file = folder / f"cards-{sheet.name}-{number}.webp"
            _save(page.screenshot(full_page=True), file)
            written.append(file)
        page.close()
        for old in folder.glob(f"cards-{sheet.name}-*.webp"):
            if old not in written:
                old.unlink()
    return written


def _page(browser: Browser, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 800}, locale="en-GB")
    page.set_content(PAGE)
    page.add_script_tag(path=str(RENDERER))
    page.add_script_tag(path=str(MARKDOWN))
    return page


def _save(png: bytes, file: Path) -> None:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    plain = picture.quantize(palette=_palette(), dither=Image.Dither.NONE).convert("RGB")
    plain.save(file, lossless=True, quality=80, method=4)


def _palette() -> Image.Image:
    """The same few colours for every sheet, so that none turns grey on a sheet that has little of it."""
    plain = [ImageColor.getrgb(ground) for ground in GROUNDS]
    softer = [
        tuple(round(255 - (255 - part) * step / SHADES) for part in ImageColor.getrgb(letter))
        for letter in ON_WHITE
        for step in range(1, SHADES + 1)
    ]
    found = [part for colour in (*plain, *softer) for part in colour]
    image = Image.new("P", (1, 1))
    image.putpalette(found)
    return image


def main() -> None:
    """Draw, and say what does not fit."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures" / "cards")
    asked.add_argument("--only", default="")
    asked.add_argument("--check", action="store_true")
    options = asked.parse_args()
    found = {name: card for name, card in cards().items() if name.startswith(options.only)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"], env=os.environ | BRITISH
        )
        over = too_wide(browser, found)
        written = [] if options.check else take(browser, found, options.out)
        browser.close()
    sys.stdout.write("\n".join([*map(str, written), *(f"does not fit {NARROWEST}: {one}" for one in over)]) + "\n")
    sys.exit(bool(over))


if __name__ == "__main__":
    main()
