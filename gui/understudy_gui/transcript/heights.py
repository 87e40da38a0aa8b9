"""How tall the rows of a conversation are, of which most have never been measured.

Every row counts as ``estimate`` pixels until ``set`` says better. Only the differences are kept, in
a Fenwick tree without its empty nodes: ten thousand new rows cost nothing, and every question
O(log n).
"""

from __future__ import annotations


class Heights:
    """The heights of ``count`` rows, in whole logical pixels."""

    def __init__(self, count: int = 0, estimate: int = 160) -> None:
        self.count = count
        self.estimate = estimate
        self._known: dict[int, int] = {}
        self._tree: dict[int, int] = {}
        self._size = 1 << 31

    @property
    def total(self) -> int:
        """The height of all rows together."""
        return self.before(self.count)

    def append(self) -> None:
        """Add a row at the end."""
        self.count += 1

    def truncate(self, count: int) -> None:
        """Drop the rows from ``count`` on."""
        for row in [row for row in self._known if row >= count]:
            self.set(row, self.estimate)
            del self._known[row]
        self.count = count

    def height(self, row: int) -> int:
        """Return the height of ``row``, measured or estimated."""
        return self._known.get(row, self.estimate)

    def set(self, row: int, height: int) -> int:
        """Set the height of ``row`` and return by how much it grew."""
        grown = height - self.height(row)
        self._known[row] = height
        node = row + 1
        while grown and node < self._size:
            self._tree[node] = self._tree.get(node, 0) + grown
            node += node & -node
        return grown

    def before(self, row: int) -> int:
        """Return the height of all rows above ``row``."""
        extra, node = 0, row
        while node > 0:
            extra += self._tree.get(node, 0)
            node -= node & -node
        return row * self.estimate + extra

    def find(self, y: int) -> tuple[int, int]:
        """Return the row at the height ``y`` and how far below its top ``y`` is."""
        low, high = 0, max(0, self.count - 1)
        while low < high:
            middle = (low + high + 1) // 2
            if self.before(middle) <= y:
                low = middle
            else:
                high = middle - 1
        return low, y - self.before(low)
