"""What the page of a patch shows of its dossier."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.dossiers.completeness import LABELS
from liangtian.programmes.enforcement.dossiers.content import changed, digests, made_of
from liangtian.programmes.enforcement.dossiers.services import ADDERS, RETENTION
from liangtian.programmes.enforcement.flow import ACCEPTED, ARCHIVED, CONFIRMED
from liangtian.programmes.enforcement.models import ArchivedDossier, DossierPaper
from liangtian.programmes.enforcement.patch_page import fetch_patch
from liangtian.programmes.enforcement.rules import pack_in_use


def dossier_out(user: User, patch_id: int) -> dict[str, Any]:
    """Completeness, papers, archived versions and what changed since. Raises Forbidden, NotFound."""
    patch = fetch_patch(user, patch_id)
    made = made_of(user, patch, maps=False)
    whole = made.completeness
    papers = patch.papers.filter(removed_at=None).select_related("file", "added_by")
    archived = list(patch.archived.select_related("pdf", "originals", "archived_by"))
    now = digests(made.dossier)
    export = user.may("enforcement.export")
    return {
        "status": whole.status,
        "status_label": LABELS[whole.status],
        "verdict": whole.verdict,
        "checks": [
            {"code": code, "label": c.label, "state": c.state, "said": c.said, "clause": c.clause}
            for code, c in zip(whole.codes, whole.checks, strict=True)
        ],
        "papers": [_paper_out(paper) for paper in papers],
        "kinds": [{"value": k.value, "label": str(k.label)} for k in DossierPaper.Kind],
        "archived": [_archived_out(row) for row in archived],
        "changed": changed(archived[0].contents, now) if archived else [],
        "retentions": list(pack_in_use().value(RETENTION, timezone.localdate()).items),
        "originals": len(made.originals),
        "may_add": any(user.may(permission) for permission in ADDERS),
        "may_archive": export
        and patch.case.stage in (CONFIRMED, ACCEPTED, ARCHIVED)
        and user.may("enforcement.archive"),
        "may_export": export,
        "may_unmask": export and user.may("personal.unmask"),
    }


def _paper_out(paper: DossierPaper) -> dict[str, Any]:
    file = paper.file
    return {
        "id": paper.pk,
        "kind": paper.kind,
        "kind_label": str(paper.get_kind_display()),
        "title": paper.title,
        "number": paper.number,
        "responsible": paper.responsible,
        "dated": paper.dated,
        "added_by": paper.added_by.name,
        "added_at": paper.added_at,
        "file": {
            "id": file.pk, "name": file.name, "size": file.size, "sha256": file.sha256,
            "url": f"/api/files/{file.pk}",
        },
    }  # fmt: skip


def _archived_out(row: ArchivedDossier) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version,
        "fonds": row.fonds,
        "catalogue": row.catalogue,
        "file_number": row.file_number,
        "retention": row.retention,
        "archived_by": row.archived_by.name,
        "archived_at": row.archived_at,
        "reason": row.reason,
        "missing": row.missing,
        "changes": row.changes,
        "pdf_sha256": row.pdf.sha256,
        "pdf_size": row.pdf.size,
        "originals_sha256": row.originals.sha256 if row.originals else None,
        "originals_size": row.originals.size if row.originals else None,
    }
