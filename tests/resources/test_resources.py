from importlib.resources import files
from xml.etree import ElementTree

import pytest

from understudy_resources import read, read_text

ICONS = sorted(
    entry.name
    for entry in files("understudy_resources").joinpath("icons/lucide").iterdir()
    if entry.name.endswith(".svg")
)


@pytest.mark.parametrize("name", ICONS)
def test_that_every_icon_is_an_outline_on_a_grid_of_24(name: str) -> None:
    root = ElementTree.fromstring(read_text(f"icons/lucide/{name}"))
    assert root.attrib["viewBox"] == "0 0 24 24"
    assert root.attrib["stroke-width"] == "2"
    assert len(root) > 0


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("fonts/LICENSE-Inter.txt", "SIL Open Font License"),
        ("fonts/LICENSE-JetBrainsMono.txt", "SIL Open Font License"),
        ("icons/lucide/LICENSE", "ISC License"),
    ],
)
def test_that_what_others_made_carries_its_licence(path: str, words: str) -> None:
    assert words in read_text(path)


def test_that_the_fonts_are_small_enough_to_ship() -> None:
    fonts = files("understudy_resources").joinpath("fonts").iterdir()
    assert sum(len(font.read_bytes()) for font in fonts) < 2_500_000


def test_that_a_missing_resource_says_so() -> None:
    with pytest.raises(FileNotFoundError):
        read("no/such/file")
