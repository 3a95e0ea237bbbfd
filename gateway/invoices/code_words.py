"""Two words that a till and a shopper compare aloud: the same invoice, the same words. Pure."""

from typing import Final

_COLOURS: Final = (
    "amber azure beige black blue bronze brown coral cream crimson cyan ebony gold green grey "
    "indigo ivory jade lemon lilac lime maroon mauve mint navy olive orange peach pearl pink "
    "plum purple red rose ruby rust sand silver tan teal violet white yellow copper"
)
_ANIMALS: Final = (
    "ant badger bear beaver bee bison camel cat cobra crab crane crow deer dog dove duck eagle "
    "eel elk falcon ferret finch fox frog gecko goat goose hare hawk heron horse ibis jaguar koala "
    "lark lion llama lynx mole moose moth mouse newt otter owl panda puma rabbit raven robin "
    "salmon seal shark sheep sloth snail stork swan tiger toad trout turtle walrus whale wolf yak "
    "zebra"
)

COLOURS: Final = tuple(_COLOURS.split())
ANIMALS: Final = tuple(_ANIMALS.split())


def code_word(seed: bytes) -> str:
    """Two words for some random bytes, such as a deposit address's."""
    colour, animal = int.from_bytes(seed[-4:-2], "big"), int.from_bytes(seed[-2:], "big")
    return f"{COLOURS[colour % len(COLOURS)]} {ANIMALS[animal % len(ANIMALS)]}"
