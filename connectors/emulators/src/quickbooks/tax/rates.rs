//! Tax codes and the rates they stand for.

use rust_decimal::Decimal;

use crate::quickbooks::books::Books;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, decimal, inner, money, objects, reference};

/// The rates of a code for sales, in the order in which they apply: id and percent.
pub(super) fn of_code(books: &Books, code: &str) -> Vec<(String, Decimal)> {
    let Some(code) = books.get(Kind::TaxCode, &Id::new(code)) else { return Vec::new() };
    let Some(list) = inner(code, "SalesTaxRateList") else { return Vec::new() };
    let mut rates: Vec<(Decimal, String, Decimal)> = objects(list, "TaxRateDetail")
        .filter_map(|detail| {
            let id = reference(detail, "TaxRateRef")?;
            let percent = decimal(books.get(Kind::TaxRate, &Id::new(id))?, "RateValue")?;
            Some((money(detail, "TaxOrder"), id.to_owned(), percent))
        })
        .collect();
    rates.sort_by_key(|(order, _, _)| *order);
    rates.into_iter().map(|(_, id, percent)| (id, percent)).collect()
}
