"""What can go wrong with a policy pack (政策包)."""

from __future__ import annotations


class PackError(ValueError):
    """Base of what can go wrong with a pack; the message is Chinese and meant for people."""


class PackRefused(PackError):  # noqa: N818
    """The file is malformed; the message names the file, the key and what is wanted."""


class UnknownPack(PackError):  # noqa: N818
    """There is no pack of that name."""


class UnknownKey(PackError, KeyError):  # noqa: N818
    """The pack has no value of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class NotInForce(PackError):  # noqa: N818
    """The pack has the value, but not for that date."""


class WrongType(PackError):  # noqa: N818
    """The value is not of the type asked for."""
