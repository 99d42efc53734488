"""The words on a figure as a reader sees them, and whether they can be read."""

from __future__ import annotations

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text


def words(figure) -> list[Text]:
    """Texts a reader sees, ticks out of range left out."""
    FigureCanvasAgg(figure).draw()
    texts = list(figure.texts)
    for legend in figure.findobj(mpl.legend.Legend):
        texts += legend.get_texts()
    for axes in figure.findobj(mpl.axes.Axes):
        if not axes.axison:
            continue
        texts += [*axes.texts, axes.title, axes._left_title]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            shown = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
            texts += [axis.label, *(label for t in shown for label in (t.label1, t.label2))]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def check_layout(figure, texts: list[Text]) -> None:
    """No two texts overlap, and none is cut off by the edge of the figure."""
    boxes = [Text.get_window_extent(text) for text in texts]
    width, height = figure.canvas.get_width_height()
    for text, box in zip(texts, boxes, strict=True):
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, text.get_text()
    for i, box in enumerate(boxes):
        for j in range(i):
            apart = (
                min(box.x1, boxes[j].x1) - max(box.x0, boxes[j].x0) < 1
                or min(box.y1, boxes[j].y1) - max(box.y0, boxes[j].y0) < 3.5
            )  # line heights include white space above and below the letters
            assert apart, (texts[i].get_text(), texts[j].get_text())
