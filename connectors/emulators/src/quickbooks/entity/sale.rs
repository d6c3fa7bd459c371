//! Invoices, sales receipts, credit memos, refund receipts: lines, taxes, a total, a balance.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Draft, links, sale_lines};
use crate::quickbooks::books::{Books, Call};
use crate::quickbooks::currency;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::number;
use crate::quickbooks::tax;
use crate::quickbooks::value::{
    Id, Object, decimal, inner, money, number as to_number, objects, refer, reference, set, text,
};

/// Account types that money can land in.
const MONEY_ACCOUNTS: [&str; 2] = ["Bank", "Other Current Asset"];

/// A company has at most three custom fields on sales.
const CUSTOM_FIELDS: usize = 3;

pub(super) fn settle(books: &mut Books, draft: &mut Draft<'_>, call: Call) -> Outcome<()> {
    if draft.old.is_some_and(|old| links::deposit_of(old).is_some()) && draft.given.contains_key("Line") {
        return Err(Fault::deposited());
    }
    if matches!(draft.kind, Kind::Invoice | Kind::CreditMemo) {
        draft.require("CustomerRef")?;
    }
    draft.require("Line")?;
    money_account(books, draft)?;
    custom_fields(draft)?;
    currency::of_transaction(books, draft)?;
    number::settle(books, draft, call)?;
    copy_from_customer(books, draft);
    defaults(books, draft)?;

    let lines = sale_lines::settle(books, draft)?;
    set(&mut draft.object, "Line", lines);
    tax::settle(books, draft)?;
    sale_lines::few_enough(&draft.object)?;
    total(books, draft)
}

fn money_account(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    match draft.kind {
        Kind::RefundReceipt => draft.require("DepositToAccountRef")?,
        Kind::SalesReceipt => {
            if let Some(account) = books.account_named("Undeposited Funds") {
                draft.default("DepositToAccountRef", refer(account.as_str()));
            }
        }
        _ => return Ok(()),
    }
    check_money_account(books, &draft.object)
}

/// Money lands in a bank account or in another current asset, such as a clearing account: else 6430.
pub(super) fn check_money_account(books: &Books, object: &Object) -> Outcome<()> {
    let account =
        reference(object, "DepositToAccountRef").and_then(|id| books.get(Kind::Account, &Id::new(id)));
    match account.and_then(|account| text(account, "AccountType")) {
        Some(kind) if !MONEY_ACCOUNTS.contains(&kind) => Err(Fault::account_kind("DepositToAccountRef")),
        _ => Ok(()),
    }
}

fn custom_fields(draft: &mut Draft<'_>) -> Outcome<()> {
    let Some(Value::Array(fields)) = draft.object.get_mut("CustomField") else { return Ok(()) };
    if fields.len() > CUSTOM_FIELDS {
        return Err(Fault::custom_field("A transaction has at most three custom fields"));
    }
    for field in fields.iter_mut().filter_map(Value::as_object_mut) {
        let id = text(field, "DefinitionId").filter(|id| matches!(*id, "1" | "2" | "3")).map(str::to_owned);
        let Some(id) = id else {
            return Err(Fault::custom_field("DefinitionId is 1, 2 or 3"));
        };
        set(field, "Name", format!("Custom {id}"));
        set(field, "Type", "StringType");
    }
    Ok(())
}

/// Addresses that the caller leaves out are those of the customer.
fn copy_from_customer(books: &mut Books, draft: &mut Draft<'_>) {
    if draft.old.is_some() {
        return;
    }
    let customer = reference(&draft.object, "CustomerRef").map(Id::new);
    let customer = customer.and_then(|id| books.get(Kind::Customer, &id)).cloned();
    for (field, from) in
        [("BillAddr", "BillAddr"), ("ShipAddr", "ShipAddr"), ("BillEmail", "PrimaryEmailAddr")]
    {
        if let Some(value) = customer.as_ref().and_then(|customer| customer.get(from)) {
            draft.default(field, value.clone());
        }
    }
    for field in ["BillAddr", "ShipAddr"] {
        if draft.object.contains_key(field) {
            let id = books.next("address").to_string();
            if let Some(Value::Object(address)) = draft.object.get_mut(field) {
                set(address, "Id", id);
            }
        }
    }
}

fn defaults(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    draft.default("PrintStatus", "NeedToPrint");
    draft.default("ApplyTaxAfterDiscount", false);
    if draft.kind != Kind::RefundReceipt {
        draft.default("EmailStatus", "NotSet");
    }
    if text(&draft.object, "EmailStatus") == Some("NeedToSend") {
        draft.require("BillEmail")?;
    }
    if draft.kind == Kind::Invoice {
        due_date(books, draft)?;
        draft.default("Deposit", 0);
        draft.default("LinkedTxn", json!([]));
        if !money(&draft.object, "Deposit").is_zero() && !books.prefers("SalesFormsPrefs", "AllowDeposit") {
            return Err(Fault::feature_off("SalesFormsPrefs.AllowDeposit"));
        }
    }
    if let Some(date) = text(&draft.object, "TxnDate") {
        inventory_has_started(books, &draft.object, date)?;
    }
    Ok(())
}

/// Without a date of its own an invoice is due when its term says, and without a term after 30 days (seen in
/// published answers).
fn due_date(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    if draft.object.contains_key("DueDate") {
        return Ok(());
    }
    let term = reference(&draft.object, "SalesTermRef").and_then(|id| books.get(Kind::Term, &Id::new(id)));
    let days = term.map_or_else(|| Some(Decimal::from(30)), |term| decimal(term, "DueDays"));
    let days = days.and_then(|days| i64::try_from(days).ok()).unwrap_or_default();
    let date = text(&draft.object, "TxnDate").and_then(|date| date.parse::<Date>().ok());
    let due =
        date.and_then(|date| date.checked_add(days.days()).ok()).ok_or_else(|| Fault::bad_date("DueDate"))?;
    set(&mut draft.object, "DueDate", due.to_string());
    Ok(())
}

fn inventory_has_started(books: &Books, object: &Object, date: &str) -> Outcome<()> {
    for detail in objects(object, "Line").filter_map(|line| inner(line, "SalesItemLineDetail")) {
        let item = reference(detail, "ItemRef").and_then(|id| books.get(Kind::Item, &Id::new(id)));
        let start = item.and_then(|item| text(item, "InvStartDate"));
        if start.is_some_and(|start| date < start) {
            return Err(Fault::before_inventory_start());
        }
    }
    Ok(())
}

fn total(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    let lines = draft.object.get("Line").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let total = Books::net_of_lines(lines) + Books::tax_of(&draft.object);
    if total < Decimal::ZERO {
        return Err(Fault::business("Transaction amount must be 0 or greater."));
    }
    set(&mut draft.object, "TotalAmt", to_number(total));
    currency::home_total(books, draft);
    let paid = draft.id().map(|id| links::applied(books, draft.kind, &id, &draft.object)).unwrap_or_default();
    match draft.kind {
        Kind::Invoice => {
            let open = total - money(&draft.object, "Deposit") - paid;
            if total < money(&draft.object, "Deposit") {
                return Err(Fault::business("The deposit is more than the total."));
            }
            // An invoice that became smaller than what was paid: its payments give the rest back.
            set(&mut draft.object, "Balance", to_number(open.max(Decimal::ZERO)));
        }
        Kind::CreditMemo => {
            if paid > total {
                return Err(Fault::business("More than the total of the credit memo was already used."));
            }
            set(&mut draft.object, "Balance", to_number(total - paid));
            set(&mut draft.object, "RemainingCredit", to_number(total - paid));
        }
        _ => set(&mut draft.object, "Balance", 0),
    }
    Ok(())
}
