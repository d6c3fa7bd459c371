//! What the books of a company add up to, for summaries and tests.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::books::Books;
use super::kind::Kind;
use super::value::{inner, money, objects, reference, text};

/// Transactions of one object and currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// How many there are; voided ones too.
    pub count: u64,
    /// The sum of `TotalAmt`; for journal entries the sum of debits.
    pub sum: Decimal,
}

/// The totals of a company by object and currency; objects without a transaction are not there.
pub(super) fn of(books: &Books) -> BTreeMap<(String, String), Total> {
    let mut totals: BTreeMap<(String, String), Total> = BTreeMap::new();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_transaction()) {
        for (_, object) in books.all(kind) {
            let currency = reference(object, "CurrencyRef").unwrap_or_default().to_owned();
            let total = totals.entry((kind.name().to_owned(), currency)).or_default();
            total.count += 1;
            total.sum += if kind == Kind::JournalEntry { debits(object) } else { money(object, "TotalAmt") };
        }
    }
    totals
}

fn debits(entry: &super::value::Object) -> Decimal {
    objects(entry, "Line")
        .filter(|line| {
            inner(line, "JournalEntryLineDetail").and_then(|detail| text(detail, "PostingType"))
                == Some("Debit")
        })
        .map(|line| money(line, "Amount"))
        .sum()
}
