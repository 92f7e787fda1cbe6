"""What is drawn in the image of a page: its skew, closed outlines and straight lines; OpenCV, the one place.

All places are pixels. Sizes are measured in `em`, the height of a usual line of text, so that it does not matter what
resolution the file claims. Boxes are rows of x0, top, x1, bottom.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Drawing",
    "Image",
    "coloured",
    "decoded",
    "drawing",
    "ink",
    "is_struck",
    "limit_threads",
    "quarter_turned",
    "resized",
    "side_by_side",
    "skew",
    "stacked_cells",
    "straightened",
    "widened",
    "without_lines",
    "without_stamps",
]

Image = NDArray[np.uint8]
Boxes = list[tuple[float, float, float, float]]
Places = Sequence[tuple[float, float, float, float]]

_MAX_SKEW = 6.0  # degrees; a sheet fed worse than this is turned by hand


class Drawing(NamedTuple):
    """Frames; lines as x0, y0, x1, y1 and whether an arrow's head is seen at their end.

    And the images they come from: all ink, that which is no words, and of this what runs level or upright.
    """

    frames: Boxes
    lines: list[tuple[float, float, float, float, bool]]
    ink: Image
    drawn: Image
    ruled: Image


def limit_threads(threads: int) -> None:
    """Let OpenCV use so many cores, in this process."""
    cv2.setNumThreads(threads)


def coloured(image: Image) -> Image:
    """The image with three channels."""
    return image if image.ndim == 3 else _image(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB))


def decoded(content: bytes) -> Image:
    """The RGB image in a picture file (JPEG, PNG, BMP, TIFF …); raises ValueError."""
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("not a picture")
    return _image(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def quarter_turned(image: Image, turns: int) -> Image:
    """The image, turned clockwise by `turns` quarters."""
    return np.ascontiguousarray(np.rot90(image, -turns))


def resized(image: Image, scale: float) -> Image:
    """The image at `scale` times its size."""
    if scale == 1:
        return image
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return _image(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how))


def straightened(image: Image) -> Image:
    """The image turned by its skew, about its centre, in a frame of the same size."""
    angle = skew(image)
    if abs(angle) < 0.05:  # less than a pixel over a line of text: not worth the blur
        return image
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1)
    white = (255, 255, 255)
    return _image(cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=white))


def skew(image: Image) -> float:
    """Degrees by which the page must be turned counterclockwise to stand straight, within 6 either way.

    The angle at which the sums of ink along rows and along columns differ most from one to the next: the projection
    profile (Postl 1986), first in steps of 0.5 degrees, then around the best in steps of 0.05.
    """
    small = resized(_grey(image), min(1.0, 1200 / max(image.shape[:2])))
    rows, columns = np.nonzero(ink(_image(cv2.medianBlur(small, 3)), 20))
    if len(rows) == 0:
        return 0.0
    best = 0.0
    for step, reach in ((0.5, _MAX_SKEW), (0.05, 0.6)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _contrast(rows, columns, float(angle))))
    return best


def _contrast(rows: NDArray[np.intp], columns: NDArray[np.intp], angle: float) -> float:
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return _roughness(rows * cos - columns * sin) + _roughness(rows * sin + columns * cos)


def _roughness(places: NDArray[np.float64]) -> float:
    sums = np.bincount((places - places.min()).astype(np.intp)).astype(float)
    return float(np.square(np.diff(sums)).sum())


def without_stamps(image: Image) -> Image:
    """The image with the red of large round stamps taken out; red words and lines stay.

    Red ink is white seen through a red glass, and what is black below it stays black.
    """
    red = _red(image)
    unit = min(red.shape) / 60  # about the size of a letter on the page of an office
    # the strokes of a stamp stand apart by about that size
    whole = cv2.morphologyEx(red, cv2.MORPH_CLOSE, _block(unit, unit))
    cleaned = image.copy()
    for x0, top, width, height in _components(_image(whole)):
        if min(width, height) > 4 * unit and max(width, height) < 1.6 * min(width, height):
            place = (slice(top, top + height), slice(x0, x0 + width))
            seen = image[place][..., :1]
            near = cv2.dilate(red[place], _block(unit / 3, unit / 3)) > 0  # JPEG smears colours over some pixels
            light = 0.72 * np.median(seen[red[place] > 0])  # darker than the stamp's own colour is what lies below it
            cleaned[place] = np.where(near[..., None] & (seen > light), 255, seen)
    return cleaned


def without_lines(image: Image, lines: Image) -> Image:
    """The image with the ink of lines painted over in the colour of the paper beside them."""
    mask = cv2.dilate(lines, _block(3, 3)) > 0
    cleaned = image.copy()
    cleaned[mask] = cv2.dilate(image, _block(9, 9))[mask]
    return cleaned


def _red(image: Image) -> Image:
    red, green, blue = (image[..., channel].astype(np.int16) for channel in range(3))
    return _image((red - np.maximum(green, blue) > 50) * np.uint8(255))


def ink(grey: Image, em: float) -> Image:
    """What is darker than its surroundings, as 255; shaded frames and uneven light count as paper."""
    around = cv2.blur(grey, (_odd(2 * em), _odd(2 * em)))
    return _image((grey.astype(np.int16) < around.astype(np.int16) - 32) * np.uint8(255))


def drawing(image: Image, texts: Places, em: float) -> Drawing:
    """The frames and lines of the image of a straight page on which words stand at `texts`."""
    dark = ink(_grey(image), em)
    drawn = _without_words(dark, texts, em)
    dashes = _dashes(drawn, em)
    level, upright = _runs(drawn, dashes, em, 1, 0), _runs(drawn, dashes, em, 0, 1)
    ruled = _image(cv2.bitwise_or(level, upright))
    outlines = cv2.morphologyEx(cv2.bitwise_or(drawn, ruled), cv2.MORPH_CLOSE, _block(em / 4, em / 4))
    frames, borders = _frames(_image(outlines), em)
    beside = _image(cv2.subtract(drawn, ruled))
    found = [*_level_lines(level, frames, em), *_upright_lines(upright, frames, em)]
    found += _oblique_lines(_image(cv2.subtract(drawn, cv2.bitwise_or(borders, cv2.dilate(ruled, _block(3, 3))))), em)
    return Drawing(frames, [_headed(beside, line, em) for line in found], dark, drawn, ruled)


def widened(image: Image, texts: Places, em: float) -> Boxes:
    """The boxes of lines of text with the characters close before and behind them: numbers like 一、 are overlooked."""
    free: list[tuple[float, float, float]] = []  # of a character in no box: left, middle, right
    own: list[list[tuple[float, float, float]]] = [[] for _ in texts]
    for x0, top, width, height in _components(ink(_grey(image), em)):
        if em / 5 < max(width, height) < 1.3 * em:
            letter = (float(x0), top + height / 2, float(x0 + width))
            within = _within(x0 + width / 2, top + height / 2, texts)
            (free if within is None else own[within]).append(letter)
    return [_widened(text, free + letters, em) for text, letters in zip(texts, own, strict=True)]


def _within(x: float, y: float, boxes: Places) -> int | None:
    found = (place for place, (x0, top, x1, bottom) in enumerate(boxes) if x0 <= x <= x1 and top <= y <= bottom)
    return next(found, None)


def _widened(
    text: tuple[float, float, float, float], letters: Sequence[tuple[float, float, float]], em: float
) -> tuple[float, float, float, float]:
    x0, top, x1, bottom = text
    if bottom - top > 1.6 * (x1 - x0):
        return text
    rim = (bottom - top) / 8
    beside = sorted((left, right) for left, y, right in letters if top < y < bottom)
    for left, right in reversed(beside):
        if left < x0 < right + 0.9 * em:
            x0 = left - rim
    for left, right in beside:
        if left - 0.9 * em < x1 < right:
            x1 = right + rim
    return x0, top, x1, bottom


def _without_words(dark: Image, texts: Places, em: float) -> Image:
    """The ink without specks and without what stands wholly in a text's box; a frame that touches words stays."""
    words = np.zeros_like(dark)
    for x0, top, x1, bottom in texts:
        rim = 0.1 * min(x1 - x0, bottom - top)  # a frame may run close to the words
        words[_span(top, bottom, -rim), _span(x0, x1, -rim)] = 255
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    inside = np.bincount(labels.ravel(), weights=(words > 0).ravel(), minlength=len(stats))
    area = stats[:, cv2.CC_STAT_AREA]
    size = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    kept = (inside < 0.7 * area) & (size > em / 5)
    kept[0] = False
    return _image(kept[labels] * np.uint8(255))


def _runs(drawn: Image, dashes: Image, em: float, across: int, down: int) -> Image:
    """What runs straight for an em or more, and for two em if it is dashed."""

    def bar(length: float) -> Image:
        return _block(1 + across * length * em, 1 + down * length * em)

    solid = cv2.morphologyEx(cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, bar(0.12)), cv2.MORPH_OPEN, bar(1.1))
    dashed = cv2.morphologyEx(cv2.morphologyEx(dashes, cv2.MORPH_CLOSE, bar(0.6)), cv2.MORPH_OPEN, bar(2))
    reaching = cv2.dilate(dashed, bar(0.6))  # to where it meets the next edge of a frame
    return _image(cv2.bitwise_or(solid, reaching))


def _dashes(drawn: Image, em: float) -> Image:
    """The parts that are small in both ways and thin in one: characters that touch a frame are none."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(drawn, connectivity=8)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    kept = (np.maximum(width, height) < 1.2 * em) & (np.minimum(width, height) < 0.3 * em)
    return _image(kept[labels] * np.uint8(255))


def _frames(outlines: Image, em: float) -> tuple[Boxes, Image]:
    """The places of the white regions with an outline of their own, and these outlines' ink (with what is near)."""
    height, width = outlines.shape
    frames: Boxes = []
    borders = np.zeros_like(outlines)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(_image(cv2.bitwise_not(outlines)), connectivity=4)
    for label, (x0, top, across, down, _) in enumerate(stats[1:].tolist(), 1):
        touches = x0 == 0 or top == 0 or x0 + across == width or top + down == height
        if touches or across < em or down < 0.8 * em:
            continue
        region = _image((labels[top : top + down, x0 : x0 + across] == label) * np.uint8(255))
        edge = _outer_edge(region)
        if _is_frame(edge, region, em):
            frames.append((x0 - 1, top - 1, x0 + across, top + down))
            cv2.drawContours(borders, [edge], 0, 255, int(em / 2), offset=(x0, top))
    return frames, borders


def _outer_edge(region: Image) -> NDArray[np.int32]:
    edges, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(max(edges, key=cv2.contourArea), np.int32)


def _is_frame(edge: NDArray[np.int32], region: Image, em: float) -> bool:
    """Whether it bulges like a box, an ellipse or a diamond, and is more than the gap of a double line."""
    area = cv2.contourArea(edge)
    hull = cv2.contourArea(cv2.convexHull(edge))
    inner = cv2.distanceTransform(cv2.copyMakeBorder(region, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    return bool(area > 0.45 * region.size and area > 0.93 * hull and inner.max() > 0.35 * em)


def _level_lines(level: Image, frames: Places, em: float) -> Boxes:
    edges = [(y, x0, x1) for x0, top, x1, bottom in frames for y in (top, bottom)]
    lines: Boxes = []
    for x0, top, across, down in _components(level):
        if down < 0.6 * em:
            y = top + down / 2
            start, end = _outside(x0, x0 + across, y, frames, em)
            covered = [(left, right) for place, left, right in edges if abs(place - y) < 0.35 * em]
            lines += [(left, y, right, y) for left, right in _uncovered(start, end, covered, em)]
    return lines


def _upright_lines(upright: Image, frames: Places, em: float) -> Boxes:
    turned: Boxes = [(top, x0, bottom, x1) for x0, top, x1, bottom in frames]
    return [(x0, y0, x1, y1) for y0, x0, y1, x1 in _level_lines(_image(upright.T), turned, em)]


def _outside(start: float, end: float, y: float, frames: Places, em: float) -> tuple[float, float]:
    """Without an end that goes on within a frame, along the stroke of a character that touches the border there."""
    for x0, top, x1, bottom in frames:
        if top + em / 3 < y < bottom - em / 3:
            if start < x0 < end < min(x0 + 2 * em, x1):
                end = x0
            if max(x1 - 2 * em, x0) < start < x1 < end:
                start = x1
    return start, end


def _uncovered(start: float, end: float, covered: list[tuple[float, float]], em: float) -> list[tuple[float, float]]:
    """The parts of start..end of an em or more that lie along no frame's edge."""
    free = []
    for left, right in sorted(covered):
        if left - start > 0.8 * em:
            free.append((start, min(left, end)))
        start = max(start, right)
    if end - start > 0.8 * em:
        free.append((start, end))
    return [(left, right) for left, right in free if right - left > 0.8 * em]


def _oblique_lines(rest: Image, em: float) -> Boxes:
    """Components that are long and thin."""
    lines: Boxes = []
    for contour in cv2.findContours(rest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        middle, (width, height), angle = cv2.minAreaRect(contour)
        long, thin = max(width, height), min(width, height)
        if long > 1.5 * em and thin < 0.25 * long:
            along = np.radians(angle if width > height else angle + 90)
            x, y = np.cos(along) * long / 2, np.sin(along) * long / 2
            lines.append((middle[0] - x, middle[1] - y, middle[0] + x, middle[1] + y))
    return lines


def _headed(
    beside: Image, line: tuple[float, float, float, float], em: float
) -> tuple[float, float, float, float, bool]:
    """The line with the end last at which an arrow's head is seen, if it is seen at one end only."""
    x0, y0, x1, y1 = line
    first, last = _has_head(beside, (x1, y1), (x0, y0), em), _has_head(beside, (x0, y0), (x1, y1), em)
    if first and not last:
        return x1, y1, x0, y0, True
    return x0, y0, x1, y1, last and not first


def _has_head(beside: Image, tail: tuple[float, float], tip: tuple[float, float], em: float) -> bool:
    """Whether both sides of the line's last stretch hold ink beside the line itself."""
    way = np.subtract(tip, tail)
    along = way / max(float(np.hypot(*way)), 1.0)
    aside = np.array((-along[1], along[0]))
    back, out = np.meshgrid(np.arange(0, 0.6 * em), np.arange(1, 0.35 * em))
    sides = [np.subtract(tip, 0) - back[..., None] * along + side * out[..., None] * aside for side in (1, -1)]
    return all(_share(beside, places) > 0.15 for places in sides)


def _share(beside: Image, places: NDArray[np.float64]) -> float:
    height, width = beside.shape
    columns, rows = np.moveaxis(places.round().astype(np.intp), -1, 0)
    return float((beside[rows.clip(0, height - 1), columns.clip(0, width - 1)] > 0).mean())


def stacked_cells(image: Image) -> list[tuple[int, int]]:
    """From where to where the characters reach that stand below one another in an image of nothing else.

    Strokes make one character as long as it is not higher than wide: 三 is one, not three.
    """
    width = image.shape[1]
    cells: list[tuple[int, int]] = []
    rows = np.any(ink(_grey(image), width) > 0, axis=1)
    for top, bottom in np.flatnonzero(np.diff(rows, prepend=False, append=False)).reshape(-1, 2).tolist():
        if cells and bottom - cells[-1][0] < 0.9 * width:
            cells[-1] = (cells[-1][0], bottom)
        else:
            cells.append((top, bottom))
    return cells or [(0, image.shape[0])]


def side_by_side(image: Image, cells: list[tuple[int, int]]) -> tuple[Image, float]:
    """The cells of a column set in a row, and their distance there."""
    size = max(image.shape[1], *(bottom - top for top, bottom in cells))
    row = np.full((size, size * len(cells), 3), 255, np.uint8)
    for place, (top, bottom) in enumerate(cells):
        above, left = (size - bottom + top) // 2, place * size + (size - image.shape[1]) // 2
        row[above : above + bottom - top, left : left + image.shape[1]] = image[top:bottom]
    return row, size


def is_struck(image: Image, start: float, end: float) -> bool:
    """Whether a dash runs from `start` to `end` through the middle of an image of a line of text."""
    height = image.shape[0]
    dark = ink(_grey(image), height)[height // 3 : -(height // 3), round(start) : round(end)] > 0
    return dark.size > 0 and bool(dark.mean(axis=1).max() > 0.8)


def _components(mask: Image) -> list[tuple[int, int, int, int]]:
    """x0, top, width, height of every connected part."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2]
    return [(x0, top, width, height) for x0, top, width, height, _ in stats[1:].tolist()]


def _grey(image: Image) -> Image:
    return image if image.ndim == 2 else _image(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def _span(start: float, end: float, margin: float) -> slice:
    return slice(max(0, int(start - margin)), int(end + margin) + 1)


def _block(width: float, height: float) -> Image:
    return np.ones((max(1, round(height)), max(1, round(width))), np.uint8)


def _odd(size: float) -> int:
    return 2 * int(size / 2) + 1


def _image(values: object) -> Image:
    """OpenCV's stubs say only that an array comes back."""
    return np.asarray(values, np.uint8)
