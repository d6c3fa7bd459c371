//! Taxes of a sale.
//!
//! USA: a line is taxed or not (`TAX`, `NON`), and one code stands on the transaction. Elsewhere each line has its
//! code, and `GlobalTaxCalculation` says whether amounts contain the tax. In both, a `TotalTax` that is given is
//! taken and spread over the rates, as long as something is taxed.

mod global;
mod rates;
mod spread;
mod usa;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::Books;
use super::entity::Draft;
use super::fault::{Fault, Outcome};
use super::settings::CompanyKind;
use super::value::{Object, decimal, inner, money, number, objects, refer, reference, set, text};

pub(super) use global::{settle_inclusive, settle_line as settle_global_line};

/// One rate of a transaction: what it taxes and what comes of it.
#[derive(Debug, Clone)]
struct RateLine {
    rate: String,
    percent: Decimal,
    net: Decimal,
    tax: Decimal,
}

impl Books {
    /// Whether the rules of the USA hold.
    pub(super) fn is_us(&self) -> bool {
        matches!(self.company.kind, CompanyKind::Us | CompanyKind::UsAst)
    }
}

/// Gives an item's line its tax code, or refuses the one it has.
pub(super) fn settle_line(books: &Books, draft: &Draft<'_>, detail: &mut Object) -> Outcome<()> {
    if books.is_us() { usa::settle_line(detail) } else { settle_global_line(draft, detail) }
}

/// Reckons the taxes of a transaction whose lines are settled.
pub(super) fn settle(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    let given = draft.given.get("TxnTaxDetail").and_then(Value::as_object);
    if books.is_us() {
        draft.object.remove("GlobalTaxCalculation");
    } else {
        draft.default("GlobalTaxCalculation", "TaxExcluded");
        if text(&draft.object, "GlobalTaxCalculation") == Some("NotApplicable") {
            if given.is_some_and(|given| !given.is_empty()) {
                return Err(Fault::tax_not_applicable());
            }
            draft.object.remove("TxnTaxDetail");
            return Ok(());
        }
    }
    if draft.old.is_some()
        && !["TxnTaxDetail", "Line", "ApplyTaxAfterDiscount"].iter().any(|it| draft.given.contains_key(*it))
    {
        return Ok(());
    }
    let code = code_of_transaction(books, draft, given);
    let mut lines = if books.is_us() {
        usa::reckon(books, &draft.object, code.as_deref())
    } else {
        global::reckon(books, &draft.object)
    };
    if let Some(given) = given {
        take_over(books.is_us(), given, &mut lines)?;
    }
    let total: Decimal = lines.iter().map(|line| line.tax).sum();
    let mut detail = Object::new();
    if let Some(code) = code {
        set(&mut detail, "TxnTaxCodeRef", refer(&code));
    }
    set(&mut detail, "TotalTax", number(total));
    if !lines.is_empty() {
        set(&mut detail, "TaxLine", lines.iter().map(RateLine::to_value).collect::<Vec<_>>());
    }
    set(&mut draft.object, "TxnTaxDetail", detail);
    Ok(())
}

/// USA: the code given, or the stored one; with automated sales tax the service's own.
fn code_of_transaction(books: &Books, draft: &Draft<'_>, given: Option<&Object>) -> Option<String> {
    match books.company.kind {
        CompanyKind::UsAst => usa::automatic_code(books, &draft.object),
        CompanyKind::Us => {
            // A full update that leaves the taxes out clears the code; one that states only sums keeps it.
            let kept = if given.is_some() { draft.old } else { Some(&draft.object) };
            let kept = kept.and_then(|it| inner(it, "TxnTaxDetail"));
            given
                .and_then(|it| reference(it, "TxnTaxCodeRef"))
                .or_else(|| kept.and_then(|it| reference(it, "TxnTaxCodeRef")))
                .map(str::to_owned)
        }
        CompanyKind::Ca | CompanyKind::Eu => None,
    }
}

/// Amounts that the caller states win over reckoned ones: those of tax lines, then the total. Outside the USA a rate
/// that no line has is refused; in the USA, where the code decides, it is ignored.
fn take_over(is_us: bool, given: &Object, lines: &mut [RateLine]) -> Outcome<()> {
    let mut has_lines = false;
    for stated in objects(given, "TaxLine") {
        let rate = inner(stated, "TaxLineDetail").and_then(|detail| reference(detail, "TaxRateRef"));
        let Some(amount) = decimal(stated, "Amount") else { continue };
        let Some(line) = lines.iter_mut().find(|line| Some(line.rate.as_str()) == rate) else {
            if is_us {
                continue;
            }
            return Err(Fault::bad_tax_code("TaxRateRef"));
        };
        line.tax = super::value::cents(amount);
        has_lines = true;
    }
    if let Some(total) = decimal(given, "TotalTax").filter(|_| !has_lines) {
        spread::to_total(lines, super::value::cents(total));
    }
    Ok(())
}

impl RateLine {
    fn to_value(&self) -> Value {
        json!({
            "Amount": number(self.tax),
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": refer(&self.rate),
                "PercentBased": true,
                "TaxPercent": number(self.percent),
                "NetAmountTaxable": number(self.net),
            },
        })
    }
}

/// The discounts of a transaction together.
fn discounts(object: &Object) -> Decimal {
    objects(object, "Line")
        .filter(|line| text(line, "DetailType") == Some("DiscountLineDetail"))
        .map(|line| money(line, "Amount"))
        .sum()
}

/// Item lines, those within groups too.
fn item_lines(object: &Object) -> Vec<&Object> {
    objects(object, "Line")
        .flat_map(|line| match inner(line, "GroupLineDetail") {
            Some(group) => objects(group, "Line").collect(),
            None => vec![line],
        })
        .filter(|line| line.contains_key("SalesItemLineDetail"))
        .collect()
}
