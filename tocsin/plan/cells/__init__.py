"""Totality by enumeration: the finitely many cases that the constants of a plan cut out of everything that can be known.

Between two constants no comparison changes, so one representative of each region stands for all its values, and what holds for the
cells holds for every situation. `Space` is the cells of some expressions, `boxes` says a set of them in words.
"""

from tocsin.plan.cells.boxes import Box, boxes, in_words, words
from tocsin.plan.cells.space import CELLS_MAX, Space, TooMany, space

__all__ = ["CELLS_MAX", "Box", "Space", "TooMany", "boxes", "in_words", "space", "words"]
