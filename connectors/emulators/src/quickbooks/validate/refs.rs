//! References: which field points to which kind, and whether what it points to is there and in use.

use serde_json::Value;

use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, flag, reference, text};

/// The item ids that stand for no item: shipping and gratuity.
const PSEUDO_ITEMS: [&str; 2] = ["SHIPPING_ITEM_ID", "GRATUITY_ITEM_ID"];

/// The kind that a field of a `kind` refers to. Fields whose targets the emulator does not have (projects, customer
/// types, ways of shipping) refer to nothing here: any value is taken.
pub(in crate::quickbooks) fn target_of(kind: Kind, field: &str) -> Option<Kind> {
    Some(match field {
        "CustomerRef" => Kind::Customer,
        "ItemRef" | "GroupItemRef" => Kind::Item,
        "TaxCodeRef" | "TxnTaxCodeRef" | "SalesTaxCodeRef" | "PurchaseTaxCodeRef" | "DefaultTaxCodeRef" => {
            Kind::TaxCode
        }
        "TaxRateRef" => Kind::TaxRate,
        "AccountRef"
        | "DepositToAccountRef"
        | "ARAccountRef"
        | "APAccountRef"
        | "IncomeAccountRef"
        | "ExpenseAccountRef"
        | "AssetAccountRef"
        | "ItemAccountRef"
        | "DiscountAccountRef" => Kind::Account,
        "ClassRef" => Kind::Class,
        "DepartmentRef" => Kind::Department,
        "SalesTermRef" | "TermRef" => Kind::Term,
        "PaymentMethodRef" => Kind::PaymentMethod,
        "PrefVendorRef" => Kind::Vendor,
        "AgencyRef" => Kind::TaxAgency,
        "InvoiceRef" => Kind::Invoice,
        "ParentRef" => kind,
        _ => return None,
    })
}

/// Looks at every reference in what a caller gave.
///
/// Unknown: 2500. Out of use: 610, for accounts 2500 in its other wording. Tax codes and rates: 6160.
pub(in crate::quickbooks) fn check(books: &Books, kind: Kind, given: &Object) -> Outcome<()> {
    for (field, value) in given {
        match value {
            Value::Object(object) => {
                if let Some(target) = target_of(kind, field) {
                    one(books, target, field, given)?;
                } else if field == "Entity" {
                    entity(books, object)?;
                } else {
                    check(books, kind, object)?;
                }
            }
            Value::Array(items) => {
                for item in items.iter().filter_map(Value::as_object) {
                    check(books, kind, item)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn one(books: &Books, target: Kind, field: &str, holder: &Object) -> Outcome<()> {
    let Some(id) = reference(holder, field) else {
        return Ok(());
    };
    if target == Kind::Item && PSEUDO_ITEMS.contains(&id) {
        return Ok(());
    }
    exists(books, target, field, id)
}

fn exists(books: &Books, target: Kind, field: &str, id: &str) -> Outcome<()> {
    let is_tax = matches!(target, Kind::TaxCode | Kind::TaxRate);
    let Some(found) = books.get(target, &Id::new(id)) else {
        return Err(if is_tax { Fault::bad_tax_code(field) } else { Fault::unknown_reference(field, id) });
    };
    let out_of_use = found.contains_key("Active") && !flag(found, "Active");
    match (out_of_use, target) {
        (false, _) => Ok(()),
        (true, Kind::TaxCode | Kind::TaxRate) => Err(Fault::bad_tax_code(field)),
        (true, Kind::Account) => Err(Fault::inactive_account(field)),
        (true, _) => Err(Fault::not_found()),
    }
}

/// A person on a line: `{"Type": "Customer", "EntityRef": {"value": "1"}}` in journal entries,
/// `{"type": "Customer", "value": "1"}` in deposits.
fn entity(books: &Books, entity: &Object) -> Outcome<()> {
    let named = text(entity, "Type").or_else(|| text(entity, "type")).unwrap_or("Customer");
    let target =
        Kind::named(named).filter(|kind| kind.is_person()).ok_or_else(|| Fault::bad_choice("Entity.Type"))?;
    match reference(entity, "EntityRef").or_else(|| text(entity, "value")) {
        Some(id) => exists(books, target, "Entity", id),
        None => Err(Fault::missing("Entity.EntityRef")),
    }
}
