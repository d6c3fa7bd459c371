//! Payments: money of a customer, applied to invoices, with credit memos as further means.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::sale::check_money_account;
use super::{Draft, links};
use crate::quickbooks::books::Books;
use crate::quickbooks::currency;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, cents, decimal, money, number, refer, reference, set};

pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    draft.require("CustomerRef")?;
    // Published faults: a payment without a total is a business fault, not a missing parameter.
    let Some(total) = decimal(&draft.object, "TotalAmt") else {
        return Err(Fault::business("You must set a transaction amount."));
    };
    let total = cents(total);
    if total < Decimal::ZERO {
        return Err(Fault::business("Transaction amount must be 0 or greater."));
    }
    if let Some(old) = draft.old.filter(|old| links::deposit_of(old).is_some())
        && (money(old, "TotalAmt") != total || draft.given.contains_key("DepositToAccountRef"))
    {
        return Err(Fault::deposited());
    }
    set(&mut draft.object, "TotalAmt", number(total));
    if let Some(account) = books.account_named("Undeposited Funds") {
        draft.default("DepositToAccountRef", refer(account.as_str()));
    }
    check_money_account(books, &draft.object)?;
    currency::of_transaction(books, draft)?;
    currency::home_total(books, draft);
    draft.default("Line", Value::Array(Vec::new()));

    let (paid, credited) = applications(books, draft)?;
    if paid > total + credited {
        return Err(Fault::business("The amounts applied are more than the payment and its credits."));
    }
    set(&mut draft.object, "UnappliedAmt", number(total + credited - paid));
    set(&mut draft.object, "ProcessPayment", false);
    Ok(())
}

/// What goes to invoices and what comes from credit memos. No more goes to an invoice than is open, and no more comes
/// from a credit memo than is left.
fn applications(books: &Books, draft: &Draft<'_>) -> Outcome<(Decimal, Decimal)> {
    let mut by_target: BTreeMap<(Kind, Id), Decimal> = BTreeMap::new();
    for (target, id, amount) in links::of_payment(&draft.object) {
        if amount < Decimal::ZERO {
            return Err(Fault::business("The amount of a line must be 0 or greater."));
        }
        let target = target.ok_or_else(|| Fault::cannot_link(id.as_str()))?;
        *by_target.entry((target, id)).or_default() += amount;
    }
    let (mut paid, mut credited) = (Decimal::ZERO, Decimal::ZERO);
    for ((kind, id), amount) in by_target {
        let target =
            books.get(kind, &id).ok_or_else(|| Fault::unknown_reference("LinkedTxn.TxnId", id.as_str()))?;
        if reference(target, "CustomerRef") != reference(&draft.object, "CustomerRef") {
            return Err(Fault::cannot_link(id.as_str()));
        }
        let before = draft.old.map(|old| links::amount_for(old, kind, &id)).unwrap_or_default();
        if amount > money(target, "Balance") + before {
            return Err(Fault::business(
                "The amount applied is more than the open balance of the transaction.",
            ));
        }
        if kind == Kind::Invoice {
            paid += amount;
        } else {
            credited += amount;
        }
    }
    Ok((paid, credited))
}
