"""What axe finds on pages: on each of them at two sizes, in both themes and both languages."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import urlsplit

from bench.browsing import LANGUAGES, PATIENCE_MS, SIZES, THEMES, browser

VERSION: Final = "4.14.1"
# Where `npm install --prefix bench/.work axe-core@…` puts it: no dependency of ours.
SCRIPT: Final = Path(__file__).parent / ".work" / "node_modules" / "axe-core" / "axe.min.js"
LOOKED_AT: Final = ("phone", "desktop")
RULES_OF_COLOUR: Final = ("color-contrast", "link-in-text-block")
"""What of axe can differ between the themes: they change colours, and nothing else does."""
ALSO: Final = {"target-size": {"enabled": True}}
"""A rule of WCAG 2.2 AA that axe leaves out by itself."""
LOOKERS, TRIES = 2, 2
SIGN_IN: Final = "/login"
AWAY: Final = "/pos/away"
TOLD_EVERY: Final = 20
UNFOLD_JS: Final = """
for (const fold of document.querySelectorAll('details:not(.menu)')) fold.open = true
"""
LOOK_JS: Final = """
async (options) => {
  const { violations } = await axe.run(document, { ...options, resultTypes: ['violations'] })
  return violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target.join(' '))])
}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A page to look at.

    Attributes:
        path: with the host where it isn't the house's.
        who: whose cookies; empty for somebody who is not signed in.
        status: what it must answer.
        typed: what to fill in first, by selector.
        press: the button whose answer is looked at, by selector; empty for the page itself.
    """

    path: str
    who: str = ""
    status: int = 200
    typed: Mapping[str, str] = field(default_factory=dict)
    press: str = ""


def is_here() -> bool:
    return SCRIPT.exists()


def look(
    places: Mapping[str, Place], *, url: str, cookies: Mapping[str, Any]
) -> dict[str, list[str]]:
    """What is wrong with each place, in words, by its name: nothing where all is well.

    Two browsers share the places. Folds are open, so that what is in them is seen too.

    Args:
        url: of the house.
        cookies: by reader.
    """
    waiting: SimpleQueue[str] = SimpleQueue()
    for name in places:
        waiting.put(name)
    found: dict[str, list[str]] = {}
    broken: list[Exception] = []
    lock, began = Lock(), time.monotonic()

    def work() -> None:
        try:
            with ExitStack() as stack:
                looker = _Looker(stack, url=url, cookies=cookies)
                while not broken:
                    name = waiting.get_nowait()
                    wrong = looker.wrong_with(places[name])
                    with lock:
                        found[name] = wrong
                        _tell(name, wrong, of=(len(found), len(places)), began=began)
        except Empty:
            return
        except Exception as error:
            broken.append(error)

    lookers = [Thread(target=work) for _ in range(LOOKERS)]
    for one in lookers:
        one.start()
    for one in lookers:
        one.join()
    if broken:
        raise broken[0]
    return {name: found[name] for name in places}


class _Looker:
    """A browser of a thread's own, with a profile for each reader and language."""

    def __init__(self, stack: ExitStack, *, url: str, cookies: Mapping[str, Any]) -> None:
        self._chromium = stack.enter_context(browser())
        self._url, self._cookies = url, cookies
        self._pages: dict[tuple[str, str], Any] = {}
        self._axe = SCRIPT.read_text()

    def wrong_with(self, place: Place) -> list[str]:
        from playwright.sync_api import Error

        for tries_left in reversed(range(TRIES)):
            try:
                return self._look(place)
            except Error as error:  # a loaded machine's page may go under once
                if not tries_left:
                    return [f"could not be looked at: {str(error).splitlines()[0]}"]
        return []

    def _look(self, place: Place) -> list[str]:
        seen: dict[tuple[str, str], list[str]] = {}
        for language in LANGUAGES:
            page = self._page(place.who, language)
            page.set_viewport_size(_size(LOOKED_AT[0]))
            page.emulate_media(color_scheme=THEMES[0])
            answer = _opened(page, place)
            if answer.status != place.status:
                return [f"answered {answer.status}"]
            if urlsplit(page.url).path == SIGN_IN != urlsplit(place.path).path:
                return ["led to the sign-in"]
            page.evaluate(self._axe)
            page.evaluate(UNFOLD_JS)
            for size, theme in product(LOOKED_AT, THEMES):
                page.set_viewport_size(_size(size))
                page.emulate_media(color_scheme=theme)
                for rule, targets in page.evaluate(LOOK_JS, _options(theme)):
                    for target in targets:
                        seen.setdefault((rule, target), []).append(f"{size} {theme} {language}")
        return [f"{rule} {target} ({_where(at)})" for (rule, target), at in seen.items()]

    def _page(self, who: str, language: str) -> Any:
        page = self._pages.get((who, language))
        if page is None:
            context = self._chromium.new_context(
                base_url=self._url,
                locale=language,
                reduced_motion="reduce",
                service_workers="block",
            )
            page = self._pages[who, language] = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
        # A visit may leave a cookie behind, or end one: each begins as the reader signed in.
        page.context.clear_cookies()
        page.context.add_cookies(list(self._cookies[who]))
        return page


def _opened(page: Any, place: Place) -> Any:
    page.unroute_all()
    if urlsplit(place.path).path == AWAY:
        page.route("**/*", _unanswered)
    answer = page.goto(place.path)
    for what, text in place.typed.items():
        page.locator(what).fill(text)
    if place.press:
        with page.expect_navigation() as gone:
            page.locator(place.press).first.click()
        return gone.value
    return answer


def _unanswered(route: Any) -> None:
    """What scripts ask gets no answer: with one, the page for the time without a connection leads
    back to the till."""
    if route.request.resource_type in ("fetch", "eventsource"):
        route.abort()
    else:
        route.continue_()


def _options(theme: str) -> dict[str, Any]:
    if theme == THEMES[0]:
        return {"rules": ALSO}
    return {"runOnly": {"type": "rule", "values": list(RULES_OF_COLOUR)}}


def _size(name: str) -> dict[str, int]:
    width, height = SIZES[name]
    return {"width": width, "height": height}


def _where(at: Sequence[str]) -> str:
    return "; ".join(at) if len(at) <= 2 else f"{at[0]} and {len(at) - 1} more"


def _tell(name: str, wrong: Iterable[str], *, of: tuple[int, int], began: float) -> None:
    for one in wrong:
        say(f"{name}: {one}")
    done, all_of_them = of
    if done % TOLD_EVERY == 0 or done == all_of_them:
        say(f"axe: {done} of {all_of_them} pages, {time.monotonic() - began:.0f} s")


def say(line: str) -> None:
    print(f"   {line}", file=sys.stderr, flush=True)
