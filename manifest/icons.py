"""Draws the app's two icons: two people in conversation around one shared space. Run: python -m manifest.icons"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from manifest.package import ACCENT, COLOUR_ICON, OUTLINE_ICON

COLOUR_SIZE = 192
OUTLINE_SIZE = 32
OVERSAMPLING = 16
"""Drawn this much larger, then reduced, so that the curves are smooth."""

WHITE = (255, 255, 255, 255)
CLEAR = (0, 0, 0, 0)
WARM = (244, 180, 96, 255)


def colour() -> Image.Image:
    """The colour icon: a warm and a white speech bubble that overlap, on the accent colour, 192 x 192."""
    side = COLOUR_SIZE * 4
    image = Image.new("RGBA", (side, side), ACCENT)
    _bubble(image, side, box=(0.14, 0.18, 0.66, 0.56), tail=((0.24, 0.52), (0.22, 0.70), (0.40, 0.54)), fill=WARM)
    _bubble(image, side, box=(0.36, 0.40, 0.86, 0.76), tail=((0.62, 0.72), (0.80, 0.90), (0.78, 0.70)), fill=WHITE)
    _tick(image, side, ((0.49, 0.58), (0.58, 0.67), (0.74, 0.49)), width=0.055, fill=ACCENT)
    return image.resize((COLOUR_SIZE, COLOUR_SIZE), Image.Resampling.LANCZOS)


def outline() -> Image.Image:
    """The outline icon: the same shape in white on a clear ground, 32 x 32."""
    side = OUTLINE_SIZE * OVERSAMPLING
    image = Image.new("RGBA", (side, side), CLEAR)
    _bubble(image, side, box=(0.06, 0.12, 0.94, 0.74), tail=((0.22, 0.68), (0.20, 0.94), (0.46, 0.72)), fill=WHITE)
    _tick(image, side, ((0.30, 0.43), (0.45, 0.58), (0.72, 0.29)), width=0.10, fill=CLEAR)
    return image.resize((OUTLINE_SIZE, OUTLINE_SIZE), Image.Resampling.LANCZOS)


def draw(folder: Path) -> None:
    """Write both icons into a folder under the names the package uses."""
    for name, image in ((COLOUR_ICON.name, colour()), (OUTLINE_ICON.name, outline())):
        image.save(folder / name, optimize=True)


def _bubble(
    image: Image.Image,
    side: int,
    *,
    box: tuple[float, float, float, float],
    tail: tuple[tuple[float, float], ...],
    fill: tuple[int, int, int, int],
) -> None:
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle([edge * side for edge in box], radius=0.11 * side, fill=fill)
    pen.polygon([(x * side, y * side) for x, y in tail], fill=fill)


def _tick(
    image: Image.Image,
    side: int,
    points: tuple[tuple[float, float], ...],
    *,
    width: float,
    fill: tuple[int, int, int, int] | str,
) -> None:
    pen = ImageDraw.Draw(image)
    corners = [(x * side, y * side) for x, y in points]
    pen.line(corners, fill=fill, width=int(width * side), joint="curve")
    radius = width * side / 2
    for x, y in corners:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


if __name__ == "__main__":
    draw(COLOUR_ICON.parent)
