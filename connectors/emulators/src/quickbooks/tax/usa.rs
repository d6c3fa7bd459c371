//! Taxes in the USA: lines are taxed or not, and one code of the transaction says how much.

use rust_decimal::Decimal;

use super::{RateLine, discounts, item_lines, rates};
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, cents, flag, inner, money, refer, reference, set, text};

/// The code of a line is `TAX` or `NON`; none is `NON`, as published answers show.
pub(super) fn settle_line(detail: &mut Object) -> Outcome<()> {
    match reference(detail, "TaxCodeRef") {
        None => set(detail, "TaxCodeRef", refer("NON")),
        Some("TAX" | "NON") => {}
        Some(_) => return Err(Fault::us_line_tax_code()),
    }
    Ok(())
}

/// The taxes of taxed lines under a code. `ApplyTaxAfterDiscount` takes the taxed lines' share of the discount off.
pub(super) fn reckon(books: &Books, object: &Object, code: Option<&str>) -> Vec<RateLine> {
    let lines = item_lines(object);
    let all: Decimal = lines.iter().map(|line| money(line, "Amount")).sum();
    let taxed: Vec<&&Object> = lines.iter().filter(|line| is_taxed(line)).collect();
    let mut net: Decimal = taxed.iter().map(|line| money(line, "Amount")).sum();
    if flag(object, "ApplyTaxAfterDiscount") && !all.is_zero() {
        net -= cents(discounts(object) * net / all);
    }
    let Some(code) = code.filter(|_| !taxed.is_empty()) else { return Vec::new() };
    rates::of_code(books, code)
        .into_iter()
        .map(|(rate, percent)| RateLine {
            rate,
            percent,
            net,
            tax: cents(net * percent / Decimal::ONE_HUNDRED),
        })
        .collect()
}

fn is_taxed(line: &Object) -> bool {
    inner(line, "SalesItemLineDetail").and_then(|detail| reference(detail, "TaxCodeRef")) == Some("TAX")
}

/// Automated sales tax: the company's own state has a code; goods that go to another state are taxed by the code
/// without a rate of note. The service knows every address; the emulator knows whether it is at home.
pub(super) fn automatic_code(books: &Books, object: &Object) -> Option<String> {
    let home = books
        .get(Kind::CompanyInfo, &Id::new("1"))
        .and_then(|company| inner(company, "CompanyAddr"))
        .and_then(|address| text(address, "CountrySubDivisionCode"));
    let there =
        inner(object, "ShipAddr").and_then(|address| text(address, "CountrySubDivisionCode")).or(home);
    let name = if there == home { "California" } else { "Out of state" };
    books
        .all(Kind::TaxCode)
        .find(|(_, code)| text(code, "Name") == Some(name))
        .map(|(id, _)| id.as_str().to_owned())
}
