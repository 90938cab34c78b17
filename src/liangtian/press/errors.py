"""What the press refuses to print, each with a message a clerk can act on."""


class PressError(ValueError):
    """A document, map or sheet could not be made; the message is Chinese and says what to do."""


class FontMissing(PressError):  # noqa: N818
    """A font file (字库) of the installation is absent."""


class GlyphMissing(PressError):  # noqa: N818
    """A character of the content is in none of the fonts (字库缺字)."""


class ImageRefused(PressError):  # noqa: N818
    """An image's bytes cannot be read as a picture."""


class ScanRefused(PressError):  # noqa: N818
    """An attached PDF cannot be opened, or is locked by a password."""


class MapRefused(PressError):  # noqa: N818
    """A map sheet (图幅) has no extent, or coordinates that are not numbers."""


class SheetRefused(PressError):  # noqa: N818
    """A ledger (台账) row does not fit the kind of its column, or the sums do not agree."""
