//! Who owes what, who bought what. Sales are without tax; credit memos and refunds are taken off.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Period;
use super::table::{Table, line, shown};
use crate::quickbooks::books::{Books, Tally};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, cents, decimal, inner, money, objects, reference, text};

const SALES: [Kind; 4] = [Kind::Invoice, Kind::SalesReceipt, Kind::CreditMemo, Kind::RefundReceipt];

/// What each customer owes now.
pub(super) fn owed(books: &Books, customer: Option<&str>) -> Table {
    let customers =
        books.all(Kind::Customer).filter(|(id, _)| customer.is_none_or(|only| id.as_str() == only));
    let owed = customers.map(|(id, _)| (id.clone(), books.tally(&Tally::Owed(id.clone()))));
    amounts(books, Kind::Customer, "Customer", owed.filter(|(_, amount)| !amount.is_zero()).collect())
}

pub(super) fn by_customer(books: &Books, period: &Period, customer: Option<&str>) -> Table {
    let mut sums: BTreeMap<Id, Decimal> = BTreeMap::new();
    for (sign, sale) in sales(books, period) {
        let Some(id) = reference(sale, "CustomerRef") else { continue };
        if customer.is_none_or(|only| only == id) {
            let net = money(sale, "TotalAmt") - Books::tax_of(sale);
            *sums.entry(Id::new(id)).or_default() += sign * in_home_units(sale, net);
        }
    }
    amounts(books, Kind::Customer, "Customer", sums)
}

pub(super) fn by_item(books: &Books, period: &Period) -> Table {
    let mut sums: BTreeMap<Id, (Decimal, Decimal)> = BTreeMap::new();
    for (sign, sale) in sales(books, period) {
        for line in objects(sale, "Line") {
            let Some(detail) = inner(line, "SalesItemLineDetail") else { continue };
            let Some(id) = reference(detail, "ItemRef") else { continue };
            let (quantity, amount) = sums.entry(Id::new(id)).or_default();
            *quantity += sign * money(detail, "Qty");
            *amount += sign * in_home_units(sale, money(line, "Amount"));
        }
    }
    let mut table = Table::new(&[("ProductsAndService", ""), ("Quantity", "Quantity"), ("Money", "Amount")]);
    let (mut quantities, mut total) = (Decimal::ZERO, Decimal::ZERO);
    for (id, (quantity, amount)) in sums {
        quantities += quantity;
        total += amount;
        table.row(&line(&name(books, Kind::Item, &id), Some(id.as_str()), &[shown(quantity), shown(amount)]));
    }
    table.section("GrandTotal", "", Vec::new(), &line("TOTAL", None, &[shown(quantities), shown(total)]));
    table
}

/// The sales of a period, with the sign of each.
fn sales<'a>(books: &'a Books, period: &'a Period) -> impl Iterator<Item = (Decimal, &'a Object)> {
    SALES.into_iter().flat_map(move |kind| {
        let is_out = matches!(kind, Kind::Invoice | Kind::SalesReceipt);
        let sign = if is_out { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
        let within = |sale: &&Object| text(sale, "TxnDate").is_some_and(|day| period.has(day));
        books.all(kind).map(|(_, sale)| sale).filter(within).map(move |sale| (sign, sale))
    })
}

fn in_home_units(sale: &Object, amount: Decimal) -> Decimal {
    cents(amount * decimal(sale, "ExchangeRate").unwrap_or(Decimal::ONE))
}

fn amounts(books: &Books, kind: Kind, first: &str, sums: BTreeMap<Id, Decimal>) -> Table {
    let mut table = Table::new(&[(first, ""), ("Money", "Total")]);
    let total: Decimal = sums.values().sum();
    for (id, amount) in sums {
        table.row(&line(&name(books, kind, &id), Some(id.as_str()), &[shown(amount)]));
    }
    table.section("GrandTotal", "", Vec::new(), &line("TOTAL", None, &[shown(total)]));
    table
}

/// Shipping and gratuity are no items of their own.
fn name(books: &Books, kind: Kind, id: &Id) -> String {
    let object = books.get(kind, id);
    object.and_then(|object| text(object, kind.name_field())).unwrap_or(id.as_str()).to_owned()
}
