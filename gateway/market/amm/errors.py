"""Why a pool can't answer. A pool that can't answer is left out; nothing is made up for it."""


class AmmError(ArithmeticError):
    """Base of what a pool refuses."""


class NoLiquidity(AmmError):
    """The pool is empty, or too shallow for the amount within the ticks we know."""


class AmountRefused(AmmError):
    """The contract would revert: nothing asked, or more than its integers hold."""


class BadPool(AmmError):
    """The state we were told cannot be one of a real pool."""
