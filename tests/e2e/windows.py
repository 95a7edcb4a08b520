"""Browser windows at the desk, handed from test to test: each is emptied of what the page kept.

One window stays at the page from test to test, with everybody's chat closed: loading the page takes ten times as long
as closing its chats. Whoever asks for another kind of window, or for a fresh one, has the page loaded in it anew.
"""

from __future__ import annotations

from playwright.sync_api import Browser, Error, Page

Kind = tuple[int, int, bool, bool]
SEEN = "if (location.protocol === 'http:') localStorage['desk.tour'] ??= '{\"seen\": true}'"
AS_AT_FIRST = """async () => {
  document.querySelectorAll('dialog[open]').forEach((one) => one.close());
  document.querySelectorAll('#notices > *, #polite > *, #assertive > *').forEach((one) => one.remove());
  const { close, isWide, open, setColumns, store, tell, view } = await import('/static/js/store.js');
  for (const id of [...store.opened]) close(id);
  setColumns(1);
  store.news.clear();
  tell('news');
  store.showSide('timeline');
  if (isWide()) open(store.featured[0].id);
  else view('people');
  document.querySelectorAll('.scroller, #side').forEach((one) => { one.scrollTop = 0; });
  document.activeElement.blur();
}"""


class Windows:
    """Each has a browser context of its own. Opening a fresh one takes longer than loading the page in one again."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[Kind, list[Page]] = {}
        self._taken: list[tuple[Kind, Page]] = []
        self._stands: tuple[Kind, Page] | None = None

    def take(self, width: int, height: int, *, dark: bool, tour: bool, fresh: bool) -> tuple[Page, bool]:
        """A window of that size that keeps nothing, and whether the page stands in it already, as it does at first.

        `tour` is for somebody whom the tour may still welcome.
        """
        kind = (width, height, dark, tour)
        stands, self._stands = self._stands, None
        if stands:
            if stands[0] == kind and not fresh:
                stands[1].evaluate(AS_AT_FIRST)
                self._taken.append(stands)
                return stands[1], True
            stands[1].goto("about:blank")  # an open page would go on drawing what others do
            self._free[stands[0]].append(stands[1])
        free = self._free.setdefault(kind, [])
        page = free.pop() if free else self._opened(*kind)
        self._taken.append((kind, page))
        return page, False

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
                same = page.viewport_size == {"width": kind[0], "height": kind[1]}
                page.emulate_media(color_scheme="dark" if kind[2] else "light", reduced_motion="reduce")
                stays = same and self._stands is None and not kind[3]
                if not stays:
                    page.goto("about:blank")
            except Error:
                same = False
            if not same:
                page.context.close()
            elif stays:
                self._stands = (kind, page)
            else:
                self._free[kind].append(page)
        self._taken.clear()

    def close(self) -> None:
        """All of them."""
        if self._stands:
            self._stands[1].context.close()
        for free in self._free.values():
            for page in free:
                page.context.close()
