//! Items: what is sold.

use super::Draft;
use super::people::{check_parents, suffix_name};
use crate::quickbooks::books::{Books, Space};
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, flag, reference, set, text};

const TYPES: [&str; 5] = ["Service", "NonInventory", "Inventory", "Category", "Group"];

/// The account types of sales.
const INCOME: [&str; 2] = ["Income", "Other Income"];

pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    draft.require("Name")?;
    let name = text(&draft.object, "Name").unwrap_or_default();
    if name.contains([':', '\t', '\n']) {
        return Err(Fault::bad_text("Name", "A name holds no colon, tab or newline"));
    }
    if let Some(old) = draft.old {
        for field in ["Type", "Active"] {
            if let Some(value) = old.get(field) {
                draft.default(field, value.clone());
            }
        }
    }
    draft.default("Type", "Service");
    draft.default("Active", true);
    draft.default("Taxable", false);
    let kind = text(&draft.object, "Type").unwrap_or_default().to_owned();
    if !TYPES.contains(&kind.as_str()) {
        return Err(Fault::bad_choice("Type"));
    }
    let was = draft.old.and_then(|old| text(old, "Type"));
    if was.is_some_and(|was| (was == "Inventory") != (kind == "Inventory")) {
        return Err(Fault::business("The type of an inventory item cannot be changed."));
    }
    match kind.as_str() {
        "Inventory" => inventory(draft)?,
        "Service" | "NonInventory" => draft.require("IncomeAccountRef")?,
        _ => {}
    }
    income_account(books, draft)?;
    draft.default("TrackQtyOnHand", false);
    check_parents(books, draft)?;
    if reference(&draft.object, "ParentRef").is_some() {
        set(&mut draft.object, "SubItem", true);
    }
    suffix_name(books, draft, Space::List(Kind::Item));
    let name = text(&draft.object, "Name").unwrap_or_default();
    let id = draft.id();
    if books.holder(Space::List(Kind::Item), name, id.as_ref().map(|id| (Kind::Item, id))).is_some() {
        return Err(Fault::duplicate_name("product or service"));
    }
    Ok(())
}

fn inventory(draft: &Draft<'_>) -> Outcome<()> {
    for field in ["IncomeAccountRef", "AssetAccountRef", "ExpenseAccountRef", "InvStartDate", "QtyOnHand"] {
        draft.require(field)?;
    }
    if flag(&draft.object, "TrackQtyOnHand") { Ok(()) } else { Err(Fault::missing("TrackQtyOnHand")) }
}

fn income_account(books: &Books, draft: &Draft<'_>) -> Outcome<()> {
    let account =
        reference(&draft.object, "IncomeAccountRef").and_then(|id| books.get(Kind::Account, &Id::new(id)));
    match account.and_then(|account| text(account, "AccountType")) {
        Some(kind) if !INCOME.contains(&kind) => Err(Fault::account_kind("IncomeAccountRef")),
        _ => Ok(()),
    }
}
