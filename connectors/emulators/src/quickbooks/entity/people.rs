//! Customers, vendors and employees: one name among all three, also of those out of use.

use serde_json::Value;

use super::Draft;
use crate::quickbooks::books::{Books, Space};
use crate::quickbooks::currency;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, flag, inner, reference, set, text};

/// The parts of a name, in the order in which they make a display name.
const PARTS: [&str; 5] = ["Title", "GivenName", "MiddleName", "FamilyName", "Suffix"];

/// The lines of an address hold 2000 characters together.
const ADDRESS_LENGTH: usize = 2_000;

pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    keep_names(draft);
    if !draft.object.contains_key("DisplayName") {
        let made = PARTS.iter().filter_map(|part| text(&draft.object, part)).collect::<Vec<_>>().join(" ");
        let made = if made.is_empty() {
            text(&draft.object, "CompanyName").unwrap_or_default().to_owned()
        } else {
            made
        };
        if made.is_empty() {
            return Err(Fault::no_name());
        }
        set(&mut draft.object, "DisplayName", made);
    }
    for field in ["DisplayName", "PrintOnCheckName"].into_iter().chain(PARTS) {
        if text(&draft.object, field).is_some_and(|name| name.contains([':', '\t', '\n'])) {
            return Err(Fault::bad_text(field, "A name holds no colon, tab or newline"));
        }
    }
    for field in ["BillAddr", "ShipAddr", "PrimaryAddr"] {
        check_address(&draft.object, field)?;
    }
    draft.default("Active", true);
    if draft.kind == Kind::Customer {
        customer(books, draft)?;
    }
    if draft.kind != Kind::Employee {
        currency::of_person(books, draft)?;
    }
    suffix_name(books, draft, Space::People);
    let name = text(&draft.object, "DisplayName").unwrap_or_default().to_owned();
    draft.default("PrintOnCheckName", name.trim_end_matches(" (deleted)").to_owned());
    let id = draft.id();
    if books.holder(Space::People, &name, id.as_ref().map(|id| (draft.kind, id))).is_some() {
        return Err(Fault::duplicate_name("customer, vendor or employee"));
    }
    Ok(())
}

/// `DisplayName` and `PrintOnCheckName` cannot be removed by an update.
fn keep_names(draft: &mut Draft<'_>) {
    if let Some(old) = draft.old {
        for field in ["DisplayName", "PrintOnCheckName"] {
            if let Some(name) = text(old, field).filter(|_| !draft.object.contains_key(field)) {
                set(&mut draft.object, field, name);
            }
        }
        if !draft.given.contains_key("Active") && !draft.object.contains_key("Active") {
            set(&mut draft.object, "Active", flag(old, "Active"));
        }
    }
}

fn check_address(object: &Object, field: &str) -> Outcome<()> {
    let Some(address) = inner(object, field) else { return Ok(()) };
    let length: usize = (1..=5)
        .filter_map(|line| text(address, &format!("Line{line}")))
        .map(|line| line.chars().count())
        .sum();
    if length > ADDRESS_LENGTH { Err(Fault::length(field, ADDRESS_LENGTH, length)) } else { Ok(()) }
}

fn customer(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    draft.default("Job", false);
    draft.default("Taxable", books.is_us());
    draft.default("PreferredDeliveryMethod", "None");
    check_parents(books, draft)
}

/// At most five levels, and no circle.
pub(super) fn check_parents(books: &Books, draft: &Draft<'_>) -> Outcome<()> {
    if reference(&draft.object, "ParentRef").is_none() {
        if flag(&draft.object, "Job") {
            return Err(Fault::missing("ParentRef"));
        }
        return Ok(());
    }
    let above = books.ancestors(draft.kind, &draft.object);
    let id = draft.id();
    if id.is_some_and(|id| above.iter().any(|parent| text(parent, "Id") == Some(id.as_str()))) {
        return Err(Fault::own_parent());
    }
    // The object itself is a level too.
    if above.len() + 1 > crate::quickbooks::books::LEVELS { Err(Fault::too_deep()) } else { Ok(()) }
}

/// What is put out of use has its name marked, which frees the name: `Ada` becomes `Ada (deleted)`, or
/// `Ada (deleted 1)` where that is taken (believed). Brought back, it has its own name again.
pub(super) fn suffix_name(books: &Books, draft: &mut Draft<'_>, space: Space) {
    let field = draft.kind.name_field();
    let was_active = draft.old.is_none_or(|old| flag(old, "Active"));
    let is_active = flag(&draft.object, "Active");
    let Some(name) = text(&draft.object, field).map(str::to_owned) else { return };
    if was_active && !is_active {
        let id = draft.id();
        let holder = |name: &str| books.holder(space, name, id.as_ref().map(|id: &Id| (draft.kind, id)));
        let marked = std::iter::once(format!("{name} (deleted)"))
            .chain((1..=u32::MAX).map(|count| format!("{name} (deleted {count})")))
            .find(|marked| holder(marked).is_none());
        if let Some(marked) = marked {
            draft.object.insert(field.to_owned(), Value::String(marked));
        }
    } else if !was_active && is_active && !draft.given.contains_key(field) {
        set(&mut draft.object, field, unmarked(&name));
    } else if !was_active && is_active {
        let own = unmarked(&name).to_owned();
        set(&mut draft.object, field, own);
    }
}

fn unmarked(name: &str) -> &str {
    match name.rsplit_once(" (deleted") {
        Some((own, rest)) if rest.ends_with(')') => own,
        _ => name,
    }
}
