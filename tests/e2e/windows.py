"""Browser windows at the desk, handed from test to test: each is emptied of what the page kept, and loads it anew."""

from __future__ import annotations

from playwright.sync_api import Browser, Error, Page

Kind = tuple[int, int, bool, bool]
SEEN = "if (location.protocol === 'http:') localStorage['desk.tour'] ??= '{\"seen\": true}'"


class Windows:
    """Each has a browser context of its own. Opening a fresh one takes longer than loading the page in one again."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[Kind, list[Page]] = {}
        self._taken: list[tuple[Kind, Page]] = []

    def take(self, width: int, height: int, *, dark: bool, tour: bool) -> Page:
        """A window of that size that keeps nothing; `tour` is for somebody whom the tour may still welcome."""
        kind = (width, height, dark, tour)
        free = self._free.setdefault(kind, [])
        page = free.pop() if free else self._opened(*kind)
        self._taken.append((kind, page))
        return page

    def _opened(self, width: int, height: int, dark: bool, tour: bool) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        page = context.new_page()
        if not tour:
            page.add_init_script(SEEN)
        return page

    def give_back(self) -> None:
        """Empty every window that was taken; one that does not answer, or was made another size, is thrown away."""
        for kind, page in self._taken:
            try:
                page.evaluate("localStorage.clear()")
                page.goto("about:blank")  # an open page would go on drawing what others do
                same = page.viewport_size == {"width": kind[0], "height": kind[1]}
            except Error:
                same = False
            if same:
                page.emulate_media(color_scheme="dark" if kind[2] else "light", reduced_motion="reduce")
                self._free[kind].append(page)
            else:
                page.context.close()
        self._taken.clear()

    def close(self) -> None:
        """All of them."""
        for free in self._free.values():
            for page in free:
                page.context.close()
