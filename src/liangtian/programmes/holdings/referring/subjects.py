"""What a referral or a petition is about: a parcel, a holder, or both; and the files that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.programmes.holdings.models import Holder, Parcel

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

FILES = 20


def subject(user: User, parcel_id: int | None, holder_id: int | None) -> dict[str, Any]:
    """Parcel, holder and region of the matter, as columns. Raises NotFound, Refused without either."""
    parcel = Parcel.objects.fetch_for(user, pk=parcel_id) if parcel_id else None
    people = Holder.objects.filter(merged_into=None)
    holder = people.fetch_for(user, pk=holder_id) if holder_id else None
    about = parcel or holder
    if about is None:
        raise Refused(
            "请选择所涉及的地块或权利人。",
            fields={"parcel_id": "地块和权利人至少填一项", "holder_id": "地块和权利人至少填一项"},
        )
    own, where = str(user.region_id), str(about.region_id)
    # A company of the county is a matter of the township that deals with it.
    return {
        "parcel": parcel,
        "holder": holder,
        "region_id": where if where.startswith(own) else own,
    }


def files_of(user: User, keys: Sequence[int]) -> list[StoredFile]:
    """The uploaded files. Raises NotFound for one out of sight or too many."""
    wanted = list(dict.fromkeys(keys))
    found = list(StoredFile.objects.visible_to(user).filter(pk__in=wanted[: FILES + 1]))
    if len(found) < len(wanted) or len(wanted) > FILES:
        raise NotFound(f"所附文件不存在或不在您的管辖范围内，最多 {FILES} 个。")
    return found
