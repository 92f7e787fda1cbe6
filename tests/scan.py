"""Draws pages and makes bad scans of them: every flaw is a function from an image (RGB, 8 bits) to an image.

The letters are those that come with OpenCV since its release 5.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["arrow", "column", "jpeg", "noisy", "row", "sheet", "skewed", "specked", "stained", "stamped", "yellowed"]

Image = NDArray[np.uint8]


def sheet(width: float, height: float, resolution: int) -> Image:
    """A white page of so many points at so many dots per inch."""
    return np.full((round(height * resolution / 72), round(width * resolution / 72), 3), 255, np.uint8)


def row(image: Image, x: float, y: float, words: str, size: int, colour: tuple[int, int, int] = (0, 0, 0)) -> None:
    """Print characters side by side into cells of `size` pixels, of which the first has its top left corner at x, y."""
    for place, letter in enumerate(words):
        _print(image, x + place * size, y, letter, size, colour)


def column(image: Image, x: float, y: float, words: str, size: int) -> None:
    """Print characters below one another into cells of `size` pixels with a fifth between them."""
    for place, letter in enumerate(words):
        _print(image, x, y + place * size * 1.2, letter, size, (0, 0, 0))


def _print(image: Image, x: float, y: float, letter: str, size: int, colour: tuple[int, int, int]) -> None:
    baseline = (round(x), round(y + 0.86 * size))
    cv2.putText(image, letter, baseline, colour, cv2.FontFace("uni"), round(0.93 * size), 400)


def arrow(image: Image, tail: tuple[int, int], tip: tuple[int, int], head: int) -> None:
    """Draw a line of two pixels with a filled head of that length."""
    along = np.subtract(tip, tail) / np.hypot(*np.subtract(tip, tail))
    aside = np.array((-along[1], along[0])) * 0.43
    cv2.line(image, tail, tip, (0, 0, 0), 2)
    corners = (tip, tip - head * (along - aside), tip - head * (along + aside))
    cv2.fillPoly(image, [np.array(corners).round().astype(np.int32)], (0, 0, 0))


def skewed(image: Image, degrees: float) -> Image:
    """Turned clockwise about the centre, within the same sheet."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    white = (255, 255, 255)
    return _image(cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=white))


def noisy(image: Image, sigma: float, seed: int = 0) -> Image:
    """With the noise of a sensor: Gaussian, so many of the 256 levels."""
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return _image((image + noise).clip(0, 255))


def specked(image: Image, share: float, seed: int = 0) -> Image:
    """With that share of the pixels black and as many white: salt and pepper."""
    dice = np.random.default_rng(seed).random(image.shape[:2])
    flawed = image.copy()
    flawed[dice < share] = 0
    flawed[dice > 1 - share] = 255
    return flawed


def jpeg(image: Image, quality: int) -> Image:
    """As it comes back from a JPEG file of that quality (0 to 100)."""
    return _image(cv2.imdecode(cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))[1], cv2.IMREAD_COLOR))


def stained(image: Image, x: int, y: int, radius: int) -> Image:
    """With a stain of tea: darker within a circle with a soft edge."""
    stain = cv2.circle(np.zeros(image.shape[:2], np.uint8), (x, y), radius, 255, -1)
    depth = cv2.blur(stain, (radius | 1, radius | 1))[..., None] / 255
    return _image(image * (1 - 0.25 * depth * (0.4, 0.7, 1)))


def yellowed(image: Image) -> Image:
    """On old paper under uneven light."""
    light = np.linspace(1, 0.85, image.shape[1])[None, :, None]
    return _image(image * light * (0.97, 0.95, 0.88))


def stamped(image: Image, x: int, y: int, radius: int) -> Image:
    """With a round red stamp over what is printed: a ring, a star, and marks around it like characters."""
    film = np.full_like(image, 255)
    red = (225, 30, 40)
    cv2.circle(film, (x, y), radius, red, max(2, radius // 20))
    points = [_on_circle(x, y, radius * (0.3 if place % 2 == 0 else 0.12), place * 36 - 90) for place in range(10)]
    cv2.fillPoly(film, [np.array(points, np.int32)], red)
    for degrees in range(150, 400, 25):
        side = radius // 8
        left, top = _on_circle(x, y, radius * 0.72, degrees)
        for step in (-side, 0, side):
            cv2.line(film, (left - side, top + step), (left + side, top + step), red, max(1, radius // 40))
            cv2.line(film, (left + step, top - side), (left + step, top + side), red, max(1, radius // 40))
    return _image(image.astype(np.uint16) * film // 255)


def _on_circle(x: int, y: int, radius: float, degrees: float) -> tuple[int, int]:
    angle = np.radians(degrees)
    return round(x + radius * float(np.cos(angle))), round(y + radius * float(np.sin(angle)))


def _image(values: object) -> Image:
    return np.asarray(values).astype(np.uint8)
