//! The small lists: accounts, classes, departments, terms, ways of payment, currencies, tax agencies.

use super::Draft;
use super::people::{check_parents, suffix_name};
use crate::quickbooks::books::{Books, Space};
use crate::quickbooks::company::accounts;
use crate::quickbooks::currency;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, decimal, refer, reference, set, text};

pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    let kind = draft.kind;
    let field = kind.name_field();
    draft.require(field)?;
    if let Some(active) = draft.old.and_then(|old| old.get("Active")).cloned() {
        draft.default("Active", active);
    }
    if kind != Kind::TaxAgency {
        draft.default("Active", true);
    }
    match kind {
        Kind::Account => account(books, draft)?,
        Kind::Class => hierarchy(books, draft, "SubClass")?,
        Kind::Department => hierarchy(books, draft, "SubDepartment")?,
        Kind::PaymentMethod => draft.default("Type", "NON_CREDIT_CARD"),
        Kind::Term => term(draft)?,
        Kind::CompanyCurrency => currency_of_list(draft)?,
        _ => {}
    }
    if kind != Kind::CompanyCurrency {
        suffix_name(books, draft, Space::List(kind));
    }
    let name = text(&draft.object, field).unwrap_or_default();
    let id = draft.id();
    if books.holder(Space::List(kind), name, id.as_ref().map(|id| (kind, id))).is_some() {
        return Err(Fault::duplicate_name(kind.name()));
    }
    Ok(())
}

fn account(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    if text(&draft.object, "Name").is_some_and(|name| name.contains([':', '"'])) {
        return Err(Fault::bad_text("Name", "The name of an account holds no colon or quote"));
    }
    let by_type = text(&draft.object, "AccountType").map(accounts::of_type);
    let by_subtype = || text(&draft.object, "AccountSubType").and_then(accounts::of_subtype);
    let Some(class) = by_type.unwrap_or_else(by_subtype) else {
        return Err(Fault::missing("AccountType"));
    };
    draft.default("AccountType", class.account_type);
    draft.default("AccountSubType", class.subtype);
    set(&mut draft.object, "Classification", class.classification);
    hierarchy(books, draft, "SubAccount")?;
    let home = books.home_currency();
    let code = reference(&draft.object, "CurrencyRef").unwrap_or(&home).to_owned();
    if code != home && !books.uses(&code) {
        return Err(Fault::bad_currency(&code));
    }
    set(&mut draft.object, "CurrencyRef", refer(&code));
    Ok(())
}

fn hierarchy(books: &Books, draft: &mut Draft<'_>, is_below: &str) -> Outcome<()> {
    check_parents(books, draft)?;
    let has_parent = reference(&draft.object, "ParentRef").is_some();
    set(&mut draft.object, is_below, has_parent);
    Ok(())
}

/// A term counts days, or ends on a day of the month.
fn term(draft: &mut Draft<'_>) -> Outcome<()> {
    let within = |field: &str, from: i64, to: i64| match decimal(&draft.object, field) {
        Some(days) if days < from.into() || days > to.into() => {
            Err(Fault::out_of_range(field, &format!("{field} is between {from} and {to}")))
        }
        found => Ok(found.is_some()),
    };
    let counts_days = within("DueDays", 0, 999)?;
    let ends_on_day = within("DayOfMonthDue", 1, 31)?;
    if !counts_days && !ends_on_day {
        return Err(Fault::missing("DueDays"));
    }
    set(&mut draft.object, "Type", if counts_days { "STANDARD" } else { "DATE_DRIVEN" });
    draft.default("DiscountPercent", 0);
    draft.default("DiscountDays", 0);
    Ok(())
}

fn currency_of_list(draft: &mut Draft<'_>) -> Outcome<()> {
    let code = text(&draft.object, "Code").unwrap_or_default().to_owned();
    if !currency::is_known(&code) {
        return Err(Fault::bad_currency(&code));
    }
    draft.default("Name", currency::name(&code));
    Ok(())
}

impl Books {
    /// Whether the company uses a currency beside its own.
    pub(in crate::quickbooks) fn uses(&self, code: &str) -> bool {
        self.holder(Space::List(Kind::CompanyCurrency), code, None)
            .and_then(|(kind, id): (Kind, Id)| self.get(kind, &id))
            .is_some_and(|currency| crate::quickbooks::value::flag(currency, "Active"))
    }
}
