"""The page in a real Chromium: it obeys mouse and keyboard, asks nobody for anything, and can be read."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from specward.output import html
from specward.verify import judge, read_project
from tests.specward.output.browser import Page, browse, find_chromium
from tests.specward.output.shop import make_shop

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="There is no Chromium on the PATH: `.ci/chromium` brings one."
)
READABLE = 4.5  # WCAG 2.2, 1.4.3: contrast of text

# Every text that is seen, with the contrast of its colour against the backgrounds below it.
_CONTRASTS = r"""
(() => {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const over = (below, colour) => {
    paint.fillStyle = `rgb(${below.join(',')})`; paint.fillRect(0, 0, 1, 1);
    paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = (element) => {
    const stack = [];
    for (let at = element; at; at = at.parentElement) stack.unshift(getComputedStyle(at).backgroundColor);
    return stack.reduce(over, [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const back = behind(element), front = over(back, getComputedStyle(element).color);
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    found.push([(high + .05) / (low + .05), element.className || element.tagName, element.textContent]);
  }
  return found.sort((a, b) => a[0] - b[0]);
})()
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_shop(tmp_path_factory.mktemp("page") / "shop")
    project = read_project(root)
    path = root / "report.html"
    path.write_text(html.render(judge(project), project), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    assert CHROMIUM is not None
    with browse(CHROMIUM, tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(chromium: Page, path: Path) -> Iterator[Page]:
    chromium.size(1280, 900)
    chromium.prefer("light")
    chromium.open(path)
    yield chromium
    assert chromium.complaints == []
    assert {url for url in chromium.requests if not url.startswith("data:")} == {path.as_uri()}


def tasks(page: Page) -> list[str]:
    return [name.rpartition("shop-")[2] for name in page.visible(".task")]


def test_a_slash_searches_everything(page: Page) -> None:
    page.type("/")
    page.type("cancel")
    assert tasks(page) == ["T-002"]
    assert page.visible(".section-row") == ["at-specs-specify.md-9"]
    assert page.ask("document.querySelector('nav [data-count=tasks]').textContent") == "1"
    page.type(" nothing has this")
    assert tasks(page) == []
    assert page.ask("document.querySelector('#tasks .empty').checkVisibility()")
    page.press("Escape")
    assert len(tasks(page)) == 5
    assert page.ask("document.activeElement.tagName") == "BODY"


def test_filters_narrow_and_add_up(page: Page) -> None:
    page.click(".chip[data-value=ready]")
    assert tasks(page) == ["T-002"]
    page.click(".chip[data-value=done]")
    assert tasks(page) == ["T-002", "T-001"]
    page.click(".chip[data-value=ready]")
    assert tasks(page) == ["T-001"]
    page.click("#sections .chip[data-value=broken]")
    assert page.visible("#sections [data-row]") == [
        "at-specs-specify.md-25",
        "at-specs-data-model.md-5",
        "at-specs-data-model.md-24",
    ]
    page.click("#code .chip[data-value=no]")
    assert page.visible("#code .row") == ["file-backend-app-gifts.py", "file-backend-app-shipping-secret.py"]


def test_a_link_of_the_chain_shows_the_tasks_that_want_it(page: Page) -> None:
    page.click(".node[data-value=Approval]")
    assert tasks(page) == ["T-004", "T-003"]
    page.click(".node[data-value=Approval]")
    assert len(tasks(page)) == 5


def test_the_keyboard_is_enough(page: Page) -> None:
    def here() -> str:
        return str(page.ask("document.activeElement.closest('[data-row]')?.id"))

    page.type("j")
    first = here()
    page.type("jjk")
    assert here() == page.visible("[data-row]")[1]
    page.type("k")
    assert here() == first
    state = page.ask(f"document.getElementById('{first}').open")
    page.press("Enter")
    assert page.ask(f"document.getElementById('{first}').open") is not state
    page.type("?")
    assert page.ask("document.getElementById('keys').open")
    page.press("Escape")
    assert not page.ask("document.getElementById('keys').open")


def test_a_reference_opens_what_a_filter_hides(page: Page) -> None:
    page.click(".chip[data-value=ready]")
    page.click("#task-shop-T-002 summary")
    page.click("#task-shop-T-002 .facts a.item")
    page.ask("new Promise(done => setTimeout(done, 50))")
    assert page.ask("document.querySelector('#task-shop-T-001').open")
    assert page.ask("document.activeElement.parentElement.id") == "task-shop-T-001"


def test_light_dark_and_as_the_system_has_it(page: Page) -> None:
    def ground() -> object:
        return page.ask("getComputedStyle(document.body).backgroundColor")

    light = ground()
    page.prefer("dark")
    dark = ground()
    assert light != dark
    page.click("#theme")
    assert (page.ask("document.getElementById('theme').textContent"), ground()) == ("Light", light)
    page.type("t")
    page.prefer("light")
    assert ground() == dark
    page.open(Path(re.sub("^file://", "", str(page.ask("location.href")))))
    assert ground() == dark  # it is remembered
    page.type("t")
    assert ground() == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page: Page, scheme: str) -> None:
    page.prefer(scheme)
    page.ask("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    contrasts = page.ask(_CONTRASTS)
    assert len(contrasts) > 100
    assert [found for found in contrasts if found[0] < READABLE] == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.size(width, 800, phone=width < 600)
    page.ask("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    assert page.ask("document.documentElement.scrollWidth") <= width


def test_on_paper_everything_is_open(page: Page) -> None:
    page.ask("dispatchEvent(new Event('beforeprint'))")
    assert page.ask("[...document.querySelectorAll('details')].every(details => details.open)")
    page.ask("dispatchEvent(new Event('afterprint'))")
    assert not page.ask("document.querySelector('.task').open")


def test_every_control_has_a_name_and_every_heading_its_place(page: Page) -> None:
    tree = page.call("Accessibility.getFullAXTree")["nodes"]
    controls = [node for node in tree if node.get("role", {}).get("value") in ("button", "searchbox", "link")]
    assert len(controls) > 20
    assert [node for node in controls if not node.get("name", {}).get("value")] == []
    levels = page.ask("[...document.querySelectorAll('h1, h2, h3')].map(heading => +heading.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
