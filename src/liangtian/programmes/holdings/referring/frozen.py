"""What the database itself keeps of referrals and petitions."""

from liangtian.platform.triggers import ALWAYS, Rule, declare, differs

_REFERRAL, _PETITION = "holdings_referral", "holdings_petition"

declare(
    Rule("referral_kept", _REFERRAL, "UPDATE",
         differs("parcel_id", "holder_id", "authority", "receiver", "text", "basis", "proposed_by_id",
                 "proposed_at")
         + " OR (OLD.state IN ('answered', 'cancelled') AND ("
         + differs("state", "sent_on", "answered_on", "answer", "note") + "))",
         "已登记的移送不能改动"),
    Rule("referral_not_deleted", _REFERRAL, "DELETE", ALWAYS, "移送不能删除"),
    Rule("petition_kept", _PETITION, "UPDATE",
         differs("parcel_id", "holder_id", "name", "channel", "kind", "text", "received_on", "due_on")
         + " OR (OLD.answered_on IS NOT NULL AND (" + differs("answer", "answered_on",
         "answered_by_id") + ")) OR (OLD.closed_on IS NOT NULL AND ("
         + differs("state", "closed_on", "result") + "))",
         "已登记的信访不能改动"),
    Rule("petition_not_deleted", _PETITION, "DELETE", ALWAYS, "信访不能删除"),
)  # fmt: skip
