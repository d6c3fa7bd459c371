//! Taxes outside the USA: each line has a code.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{RateLine, discounts, item_lines, rates};
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Draft;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::value::{Object, cents, decimal, inner, money, number, reference, set, text};

/// Every line has a tax code, also shipping, unless tax does not apply: else 6000 in the service's well-known words.
pub(in crate::quickbooks) fn settle_line(draft: &Draft<'_>, detail: &Object) -> Outcome<()> {
    let applies = text(&draft.object, "GlobalTaxCalculation") != Some("NotApplicable");
    match reference(detail, "TaxCodeRef") {
        None if applies => Err(Fault::business(
            "Make sure all your transactions have a GST/HST or VAT rate before you save.",
        )),
        Some("TAX" | "NON") => Err(Fault::bad_tax_code("TaxCodeRef")),
        _ => Ok(()),
    }
}

/// Under `TaxInclusive` the amount of a line is stored without its tax and `TaxInclusiveAmt` with it. A line that
/// states `TaxInclusiveAmt` is right as it is; otherwise its amount contains the tax.
pub(in crate::quickbooks) fn settle_inclusive(books: &Books, draft: &Draft<'_>, line: &mut Object) {
    let is_inclusive = !books.is_us() && text(&draft.object, "GlobalTaxCalculation") == Some("TaxInclusive");
    let Some(detail) = inner(line, "SalesItemLineDetail").cloned() else { return };
    if !is_inclusive {
        return;
    }
    let gross = decimal(&detail, "TaxInclusiveAmt").map_or_else(|| money(line, "Amount"), cents);
    let percent: Decimal = reference(&detail, "TaxCodeRef")
        .map(|code| rates::of_code(books, code).iter().map(|(_, percent)| *percent).sum())
        .unwrap_or_default();
    let net = cents(gross * Decimal::ONE_HUNDRED / (Decimal::ONE_HUNDRED + percent));
    let mut detail = detail;
    set(&mut detail, "TaxInclusiveAmt", number(gross));
    set(line, "Amount", number(net));
    set(line, "SalesItemLineDetail", detail);
}

/// The taxes by rate. A discount lowers what each line is taxed on, in proportion.
pub(super) fn reckon(books: &Books, object: &Object) -> Vec<RateLine> {
    let lines = item_lines(object);
    let all: Decimal = lines.iter().map(|line| money(line, "Amount")).sum();
    let discount = discounts(object);
    let kept = if all.is_zero() { Decimal::ONE } else { (all - discount) / all };
    let is_inclusive = text(object, "GlobalTaxCalculation") == Some("TaxInclusive");

    let mut by_rate: BTreeMap<String, RateLine> = BTreeMap::new();
    let mut contained = Decimal::ZERO;
    for line in lines {
        let Some(detail) = inner(line, "SalesItemLineDetail") else { continue };
        let Some(code) = reference(detail, "TaxCodeRef") else { continue };
        let amount = money(line, "Amount");
        for (rate, percent) in rates::of_code(books, code) {
            let entry = by_rate.entry(rate.clone()).or_insert(RateLine {
                rate,
                percent,
                net: Decimal::ZERO,
                tax: Decimal::ZERO,
            });
            entry.net += amount;
        }
        contained += money(detail, "TaxInclusiveAmt") - amount;
    }
    let mut lines: Vec<RateLine> = by_rate.into_values().collect();
    for line in &mut lines {
        line.net = cents(line.net * kept);
        line.tax = cents(line.net * line.percent / Decimal::ONE_HUNDRED);
    }
    if is_inclusive && discount.is_zero() {
        // What the lines contain is exact: the parts are made to add up to it.
        super::spread::to_total(&mut lines, contained);
    }
    lines
}
