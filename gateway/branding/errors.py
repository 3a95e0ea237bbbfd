"""What can be refused about a shop's face, each with a stable code."""

from gateway.events.errors import TillwayError


class ColourRefused(TillwayError):
    code = "colour_invalid"
    message = "That is no colour."
    hint = "Six hexadecimal digits, such as #0b5fff."
    field = "accent"


class LogoRefused(TillwayError):
    code = "logo_invalid"
    message = "This image can't be used as a logo."
    hint = "Send a PNG, JPEG or WebP of up to 2 MB, at least 32 pixels a side."
    field = "logo"
