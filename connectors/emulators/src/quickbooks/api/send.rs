//! Sending a sale by e-mail. Nothing is sent; the sale says that it was.

use jiff::Timestamp;
use serde_json::json;

use super::resource::shown;
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::time;
use crate::quickbooks::value::{Id, Object, inner, set, text};
use crate::quickbooks::webhook::Happening;

/// `POST .../invoice/1/send`, to the sale's own address or to `sendTo`.
pub(super) fn send(
    books: &mut Books,
    name: &str,
    id: &str,
    to: Option<&str>,
    now: Timestamp,
) -> Outcome<Object> {
    let kind = Kind::named(name).filter(|kind| kind.is_sale());
    let kind = kind.ok_or_else(|| Fault::unsupported_operation(&format!("send {name}")))?;
    let id = Id::new(id);
    let mut object = books.get(kind, &id).cloned().ok_or_else(Fault::not_found)?;
    if let Some(to) = to {
        if !to.contains('@') {
            return Err(Fault::bad_email("sendTo"));
        }
        set(&mut object, "BillEmail", json!({"Address": to}));
    }
    if inner(&object, "BillEmail").and_then(|email| text(email, "Address")).is_none() {
        return Err(Fault::missing("BillEmail"));
    }
    set(&mut object, "EmailStatus", "EmailSent");
    let sent = json!({"DeliveryType": "Email", "DeliveryTime": time::stamp(now, &books.zone)});
    set(&mut object, "DeliveryInfo", sent);
    books.change(kind, &id, object, now, Happening::Emailed);
    shown(books, kind, &id)
}
