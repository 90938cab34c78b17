"""The dossier of a patch (一图斑一卷宗) as a file."""

from __future__ import annotations

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.press.errors import PressError
from liangtian.programmes.enforcement.dossiers.content import dossier_of
from liangtian.programmes.enforcement.patch_page import fetch_patch


def patch_dossier(user: User, patch_id: int) -> tuple[str, bytes]:
    """File name and PDF of a patch's dossier, as far as the user may see the ground around it.

    Raises Forbidden, NotFound, and Refused when the press cannot print it.
    """
    require(user, "enforcement.view", "enforcement.export")
    patch = fetch_patch(user, patch_id)
    try:
        content = dossier_pdf(dossier_of(user, patch))
    except PressError as error:
        raise Refused(f"图斑 {patch.number} 的卷宗不能生成：{error}") from error
    with transaction.atomic():
        record(user, "enforcement.patch.dossier", patch, after={"bytes": len(content)})
    return f"图斑卷宗-{patch.number}.pdf", content
