"""Has actions done, each once per key, inside the caller's transaction: Doorstep's own tables are the system of record.

The row of `actions` is claimed before anything is done, so that of two at once on one key the second waits for the
first and is given its outcome. Decides nothing of what is granted: the stories and policies did.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.actions import (
    Action,
    CancelOrder,
    CancelReturn,
    ChangeContact,
    ChangeHomeAddress,
    ChangeLines,
    ChangeOrderAddress,
    ChangePayment,
    ChangeSubscription,
    CheckCode,
    CloseAlert,
    CreateReturn,
    EraseCustomer,
    ExportData,
    NoteLookup,
    OpenClaim,
    OpenHandoff,
    OpenWarrantyClaim,
    PassOn,
    RecordReview,
    RecordScore,
    RefundLines,
    RegisterProduct,
    Reorder,
    Replace,
    RequestAlert,
    RequestDelivery,
    ResendReceipt,
    SendCode,
    SendContactCode,
    SendGuide,
    SetConsent,
    SetPreference,
)
from bot.merchant.shop import Shop
from bot.model import Address, Json, Outcome, Status
from storage.contacts import insert_new
from storage.doing import Doing
from storage.ledger_account import (
    change_contact,
    change_home_address,
    erase_customer,
    export_data,
    record_score,
    send_contact_code,
    set_preference,
)
from storage.ledger_changes import cancel_order, change_lines, change_order_address, change_payment
from storage.ledger_codes import check_code, note_lookup, send_code
from storage.ledger_desk import hand_over, pass_on, resend_receipt
from storage.ledger_orders import open_claim, refund_lines, request_delivery
from storage.ledger_products import close_alert, open_warranty_claim, register_product, request_alert, send_guide
from storage.ledger_returns import cancel_return, create_return
from storage.ledger_sales import reorder, replace
from storage.ledger_subscriptions import change_subscription
from storage.ledger_wishes import record_review, set_consent
from storage.records import table
from storage.tables import ActionRow

ACTIONS = table(ActionRow)
DOERS: dict[type[Action], Callable[[Doing, Any], Outcome]] = {
    SendCode: send_code,
    CheckCode: check_code,
    NoteLookup: note_lookup,
    SetConsent: set_consent,
    OpenHandoff: hand_over,
    PassOn: pass_on,
    ResendReceipt: resend_receipt,
    RequestDelivery: request_delivery,
    OpenClaim: open_claim,
    Replace: replace,
    RefundLines: refund_lines,
    # products: guides, warranty, alerts
    SendGuide: send_guide,
    RegisterProduct: register_product,
    OpenWarrantyClaim: open_warranty_claim,
    RequestAlert: request_alert,
    CloseAlert: close_alert,
    RecordReview: record_review,
    Reorder: reorder,
    ExportData: export_data,
    EraseCustomer: erase_customer,
    SendContactCode: send_contact_code,
    ChangeContact: change_contact,
    ChangeHomeAddress: change_home_address,
    SetPreference: set_preference,
    RecordScore: record_score,
    ChangeSubscription: change_subscription,
    CancelOrder: cancel_order,
    ChangeLines: change_lines,
    ChangeOrderAddress: change_order_address,
    ChangePayment: change_payment,
    CreateReturn: create_return,
    CancelReturn: cancel_return,
}


class SqlLedger:
    """Fills `bot.ports.Actions` for one party, whose row the caller has locked. `secret` keys the digests of codes."""

    def __init__(
        self, connection: Connection, party: int, sender: Address, *, shop: Shop, now: datetime, secret: str
    ) -> None:
        self._doing = Doing(connection, party, sender, shop, now, secret)

    def perform(self, action: Action, key: str) -> Outcome:
        connection = self._doing.connection
        claim = {
            "key": key,
            "customer_id": self._doing.party,
            "kind": type(action).__name__,
            "action": _kept(action),
            "outcome": {},
            "at": self._doing.now,
        }
        new = insert_new(connection, ACTIONS).values(claim).returning(ACTIONS.c.key)
        if connection.execute(new).first() is None:
            known = connection.execute(select(ACTIONS.c.outcome).where(ACTIONS.c.key == key)).scalar_one()
            return Outcome.model_validate(known)
        doer = DOERS.get(type(action))
        outcome = doer(self._doing, action) if doer else Outcome(status=Status.UNSUPPORTED)
        done = update(ACTIONS).where(ACTIONS.c.key == key).values(outcome=outcome.model_dump(mode="json"))
        connection.execute(done)
        return outcome


def _kept(action: Action) -> dict[str, Json]:
    """The action as it is stored: never with a code that was shown."""
    return action.model_dump(mode="json", exclude={"code"} if isinstance(action, CheckCode | ChangeContact) else None)
