//! Journal entries: debits equal credits.

use rust_decimal::Decimal;
use serde_json::Value;

use super::Draft;
use crate::quickbooks::books::Books;
use crate::quickbooks::currency;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, cents, decimal, inner, number, reference, set, text};

/// Accounts whose postings belong to a person.
const PERSONAL: [(&str, &str); 2] = [("Accounts Receivable", "Customer"), ("Accounts Payable", "Vendor")];

pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    draft.require("Line")?;
    currency::of_transaction(books, draft)?;
    draft.default("Adjustment", false);
    let Some(Value::Array(mut lines)) = draft.object.remove("Line") else {
        return Err(Fault::missing("Line"));
    };
    let mut balance = Decimal::ZERO;
    for (place, line) in lines.iter_mut().filter_map(Value::as_object_mut).enumerate() {
        let amount = decimal(line, "Amount").map(cents).ok_or_else(|| Fault::missing("Line.Amount"))?;
        let detail =
            inner(line, "JournalEntryLineDetail").ok_or_else(|| Fault::missing("JournalEntryLineDetail"))?;
        belongs_to_someone(books, detail)?;
        let is_debit = text(detail, "PostingType") == Some("Debit");
        balance += if is_debit { amount } else { -amount };
        set(line, "Amount", number(amount));
        // Published entries count their lines from 0.
        set(line, "Id", place.to_string());
    }
    if !balance.is_zero() {
        return Err(Fault::business("Transaction is not in balance. Make sure debits equal credits."));
    }
    set(&mut draft.object, "Line", lines);
    Ok(())
}

fn belongs_to_someone(books: &Books, detail: &Object) -> Outcome<()> {
    let account = reference(detail, "AccountRef").and_then(|id| books.get(Kind::Account, &Id::new(id)));
    let kind = account.and_then(|account| text(account, "AccountType")).unwrap_or_default();
    let wanted = PERSONAL.iter().find(|(of, _)| *of == kind).map(|(_, who)| *who);
    let who = inner(detail, "Entity").and_then(|entity| text(entity, "Type"));
    if wanted.is_some() && wanted != who {
        return Err(Fault::business(
            "When you use Accounts Receivable or Accounts Payable, you must choose a customer or vendor in the Name field.",
        ));
    }
    Ok(())
}
