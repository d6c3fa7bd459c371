//! Voiding: the transaction stays, with nothing in it.

use rust_decimal::Decimal;
use serde_json::Value;

use super::{links, release_links, settled};
use crate::quickbooks::books::{Books, Call};
use crate::quickbooks::fault::Outcome;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, number, set, text};
use crate::quickbooks::webhook::Happening;

/// The sums of a transaction and of its lines.
const SUMS: [&str; 13] = [
    "TotalAmt",
    "HomeTotalAmt",
    "Balance",
    "RemainingCredit",
    "UnappliedAmt",
    "Deposit",
    "Amount",
    "TotalTax",
    "NetAmountTaxable",
    "Qty",
    "UnitPrice",
    "TaxInclusiveAmt",
    "Quantity",
];

/// Sums and quantities become zero, and `Voided` stands before the note. Payments of a voided invoice stay, with
/// nothing applied to it.
pub(in crate::quickbooks) fn void(
    books: &mut Books,
    kind: Kind,
    id: &Id,
    old: &Object,
    call: Call,
) -> Outcome<()> {
    books.check_open(old)?;
    if kind != Kind::Invoice {
        release_links(books, kind, id, old, call)?;
    }
    let mut object = old.clone();
    zero(&mut object);
    if kind == Kind::Payment {
        set(&mut object, "Line", Vec::<Value>::new());
    }
    let note = match text(old, "PrivateNote") {
        Some(note) => format!("Voided - {note}"),
        None => "Voided".to_owned(),
    };
    set(&mut object, "PrivateNote", note);
    books.change(kind, id, object, call.now, Happening::Void);
    match kind {
        Kind::Invoice => settled(books, kind, id, Some(old), call),
        Kind::Payment => links::follow(books, kind, id, Some(old), call),
        _ => {}
    }
    Ok(())
}

fn zero(object: &mut Object) {
    for (field, value) in object.iter_mut() {
        match value {
            Value::Object(inside) => zero(inside),
            Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).for_each(zero),
            Value::Number(_) if SUMS.contains(&field.as_str()) => *value = number(Decimal::ZERO),
            _ => {}
        }
    }
}
