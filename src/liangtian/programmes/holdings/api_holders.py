"""Holders and contracts over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from liangtian.platform.audit.services import saw
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings import contracts
from liangtian.programmes.holdings import holders as service
from liangtian.programmes.holdings.pages import contract_seen, fetch_holder, holder_out, holder_ref
from liangtian.programmes.holdings.shapes import ContractRef, HolderRef
from liangtian.programmes.holdings.shapes_people import (
    ContractIn,
    EndContractIn,
    HolderIn,
    HolderOut,
    HolderPaperIn,
    HolderReasonIn,
    IdentityOut,
    MergeHoldersIn,
    SeekHolderIn,
)

router = Router(tags=["holdings"])


@router.post("/holders", response=HolderOut)
def register(request: HttpRequest, body: HolderIn) -> dict[str, Any]:
    """Register a holder."""
    user = user_of(request)
    made = service.save_holder(user, _form(body), namesake=body.namesake)
    return holder_out(user, fetch_holder(user, made.pk))


@router.post("/holders/seek", response=list[HolderRef])
def seek(request: HttpRequest, body: SeekHolderIn) -> list[dict[str, Any] | None]:
    """The holder in sight with that whole identity number."""
    return [holder_ref(h) for h in service.found_by_number(user_of(request), body.number)]


@router.get("/holders/{holder_id}", response=HolderOut)
def holder(request: HttpRequest, holder_id: int) -> dict[str, Any]:
    """One household, one file; that it was looked at is audited."""
    user = user_of(request)
    found = fetch_holder(user, holder_id)
    saw(user, "holdings.holder.view", found)
    return holder_out(user, found)


@router.put("/holders/{holder_id}", response=HolderOut)
def change(request: HttpRequest, holder_id: int, body: HolderIn) -> dict[str, Any]:
    """Change a holder; an empty number or phone leaves what is there."""
    user = user_of(request)
    service.save_holder(user, _form(body), holder_id, namesake=body.namesake)
    return holder_out(user, fetch_holder(user, holder_id))


@router.post("/holders/{holder_id}/identity", response=IdentityOut)
def identity(request: HttpRequest, holder_id: int, body: HolderReasonIn) -> dict[str, Any]:
    """The identity in full, for a reason that goes to the audit trail."""
    found = service.identity(user_of(request), holder_id, body.reason)
    return {"name": found.name, "id_number": found.id_number, "phone": found.phone}


@router.post("/holders/{holder_id}/merge", response=HolderOut)
def merge(request: HttpRequest, holder_id: int, body: MergeHoldersIn) -> dict[str, Any]:
    """Say that another row is the same holder."""
    user = user_of(request)
    service.merge_holders(user, holder_id, body.away, body.reason)
    return holder_out(user, fetch_holder(user, holder_id))


@router.post("/holders/{holder_id}/papers", response=HolderOut)
def paper(request: HttpRequest, holder_id: int, body: HolderPaperIn) -> dict[str, Any]:
    """File a scan with a holder."""
    user = user_of(request)
    form = service.PaperForm(body.kind, body.file_id, body.number, body.parcel_id)
    service.add_paper(user, holder_id, form)
    return holder_out(user, fetch_holder(user, holder_id))


@router.post("/contracts", response=ContractRef)
def contract(request: HttpRequest, body: ContractIn) -> dict[str, Any]:
    """Enter a contract."""
    given = body.dict()
    lines = [contracts.LineForm(**line) for line in given.pop("lines")]
    user = user_of(request)
    made = contracts.register_contract(user, contracts.ContractForm(lines=lines, **given))
    return contract_seen(user, made.pk)


@router.post("/contracts/{contract_id}/end", response=ContractRef)
def end(request: HttpRequest, contract_id: int, body: EndContractIn) -> dict[str, Any]:
    """End a contract before its time."""
    user = user_of(request)
    contracts.end_contract(user, contract_id, body.on, body.reason)
    return contract_seen(user, contract_id)


def _form(body: HolderIn) -> service.HolderForm:
    given = body.dict()
    given.pop("namesake")
    return service.HolderForm(**given)
