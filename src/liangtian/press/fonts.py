"""The four Noto fonts every printed page uses.

System fonts are never used: the same dossier must look the same, and have the same bytes, on
every machine. The files are put beside this module when the package is built.
"""

from functools import cache
from pathlib import Path

import typst

from liangtian.press.errors import FontMissing

FONT_DIRECTORY = Path(__file__).parent / "fonts"
FONT_FILES = (
    "NotoSansSC_400Regular.ttf",
    "NotoSansSC_700Bold.ttf",
    "NotoSerifSC_400Regular.ttf",
    "NotoSerifSC_700Bold.ttf",
)


def require_fonts(directory: Path = FONT_DIRECTORY) -> None:
    """Raise FontMissing naming every absent file (缺少的字库文件)."""
    absent = [name for name in FONT_FILES if not (directory / name).is_file()]
    if absent:
        raise FontMissing(
            f"缺少字库文件：{'、'.join(absent)}（应在 {directory}）。"
            "请重新安装量田；从源码运行时，请先执行构建，把思源字库放入该目录。"
        )


@cache
def load_fonts(directory: Path = FONT_DIRECTORY) -> typst.Fonts:
    """The press's fonts and no others; read once per process."""
    require_fonts(directory)
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[directory]
    )
