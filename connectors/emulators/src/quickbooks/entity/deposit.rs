//! Deposits: money brought to a bank account, from undeposited payments and sales or from other accounts.

use rust_decimal::Decimal;
use serde_json::Value;

use super::sale::check_money_account;
use super::{Draft, links};
use crate::quickbooks::books::Books;
use crate::quickbooks::currency;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, cents, decimal, inner, number, objects, reference, set, text};

pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    draft.require("DepositToAccountRef")?;
    draft.require("Line")?;
    check_money_account(books, &draft.object)?;
    currency::of_transaction(books, draft)?;
    let mut total = Decimal::ZERO;
    let own = draft.id();
    let Some(Value::Array(mut lines)) = draft.object.remove("Line") else {
        return Err(Fault::missing("Line"));
    };
    for (place, line) in lines.iter_mut().filter_map(Value::as_object_mut).enumerate() {
        let amount = decimal(line, "Amount").map(cents).ok_or_else(|| Fault::missing("Line.Amount"))?;
        check_source(books, own.as_ref(), line)?;
        total += amount;
        set(line, "Amount", number(amount));
        set(line, "Id", (place + 1).to_string());
        set(line, "LineNum", place + 1);
    }
    set(&mut draft.object, "Line", lines);
    set(&mut draft.object, "TotalAmt", number(total));
    currency::home_total(books, draft);
    Ok(())
}

/// A line brings a payment or a sale that waits in Undeposited Funds, or names the account it comes from.
fn check_source(books: &Books, own: Option<&Id>, line: &mut Object) -> Outcome<()> {
    let mut is_linked = false;
    for link in objects(line, "LinkedTxn") {
        is_linked = true;
        let id = Id::new(text(link, "TxnId").unwrap_or_default());
        let kind = text(link, "TxnType").and_then(Kind::named);
        let kind =
            kind.filter(|kind| matches!(kind, Kind::Payment | Kind::SalesReceipt | Kind::RefundReceipt));
        let kind = kind.ok_or_else(|| Fault::cannot_link(id.as_str()))?;
        let source =
            books.get(kind, &id).ok_or_else(|| Fault::unknown_reference("LinkedTxn.TxnId", id.as_str()))?;
        let waits =
            reference(source, "DepositToAccountRef").map(Id::new) == books.account_named("Undeposited Funds");
        let elsewhere = links::deposit_of(source).is_some_and(|deposit| Some(&deposit) != own);
        if !waits {
            return Err(Fault::cannot_link(id.as_str()));
        }
        if elsewhere {
            return Err(Fault::deposited());
        }
    }
    if !is_linked {
        let account = inner(line, "DepositLineDetail").and_then(|detail| reference(detail, "AccountRef"));
        if account.is_none() {
            return Err(Fault::missing("DepositLineDetail.AccountRef"));
        }
        set(line, "DetailType", "DepositLineDetail");
    }
    Ok(())
}
