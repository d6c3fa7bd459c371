//! What objects add up to: what customers owe, what is on hand, where accounts stand.
//!
//! Sums are kept while objects come and go, so that a balance is read without looking at every transaction.
//! Accounts are kept in home units, debits positive; each transaction adds up to zero over its accounts.

use rust_decimal::Decimal;

use super::Books;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, cents, decimal, inner, money, objects, reference, text};

/// A sum that is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::quickbooks) enum Tally {
    /// What a customer owes, in the customer's currency.
    Owed(Id),
    /// How many of an item went out since it was set up; refunds bring them back.
    Sold(Id),
    /// Debits less credits of an account, in home units.
    Account(Id),
}

/// What an object contributes.
pub(super) fn of(books: &Books, kind: Kind, _id: &Id, object: &Object) -> Vec<(Tally, Decimal)> {
    let mut tallies = Vec::new();
    if let Some(customer) = reference(object, "CustomerRef") {
        let owed = match kind {
            Kind::Invoice => money(object, "Balance"),
            Kind::CreditMemo => -money(object, "RemainingCredit"),
            Kind::Payment => -money(object, "UnappliedAmt"),
            _ => Decimal::ZERO,
        };
        if !owed.is_zero() {
            tallies.push((Tally::Owed(Id::new(customer)), owed));
        }
    }
    if kind.is_sale() {
        sold(books, kind, object, &mut tallies);
    }
    if kind.is_transaction() {
        let rate = decimal(object, "ExchangeRate").unwrap_or(Decimal::ONE);
        let postings = postings(books, kind, object);
        tallies.extend(
            in_home_units(postings, rate)
                .into_iter()
                .map(|(account, amount)| (Tally::Account(account), amount)),
        );
    }
    tallies
}

/// Postings at a rate. What rounding leaves goes to the last, so that debits still equal credits.
fn in_home_units(mut postings: Vec<(Id, Decimal)>, rate: Decimal) -> Vec<(Id, Decimal)> {
    let is_balanced = postings.iter().map(|(_, amount)| *amount).sum::<Decimal>().is_zero();
    for (_, amount) in &mut postings {
        *amount = cents(*amount * rate);
    }
    let rest: Decimal = postings.iter().map(|(_, amount)| *amount).sum();
    if let Some((_, last)) = postings.last_mut().filter(|_| is_balanced) {
        *last -= rest;
    }
    postings
}

fn sold(books: &Books, kind: Kind, object: &Object, tallies: &mut Vec<(Tally, Decimal)>) {
    let sign = if is_outgoing(kind) { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
    for detail in objects(object, "Line").filter_map(|line| inner(line, "SalesItemLineDetail")) {
        let Some(id) = reference(detail, "ItemRef").map(Id::new) else { continue };
        if books.get(Kind::Item, &id).is_some_and(|item| text(item, "Type") == Some("Inventory")) {
            tallies.push((Tally::Sold(id), sign * money(detail, "Qty")));
        }
    }
}

fn is_outgoing(kind: Kind) -> bool {
    matches!(kind, Kind::Invoice | Kind::SalesReceipt)
}

/// The postings of a transaction in its own currency: debits positive.
fn postings(books: &Books, kind: Kind, object: &Object) -> Vec<(Id, Decimal)> {
    let account = |field: &str| reference(object, field).map(Id::new);
    let receivable = || books.account_of_type("Accounts Receivable");
    let total = money(object, "TotalAmt");
    match kind {
        Kind::Payment => [(account("DepositToAccountRef"), total), (receivable(), -total)]
            .into_iter()
            .filter_map(|(account, amount)| account.map(|account| (account, amount)))
            .collect(),
        Kind::Deposit => deposit(books, object, account("DepositToAccountRef"), total),
        Kind::JournalEntry => journal(object),
        _ => {
            let sign = if is_outgoing(kind) { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
            let money_side = if matches!(kind, Kind::SalesReceipt | Kind::RefundReceipt) {
                account("DepositToAccountRef")
            } else {
                receivable()
            };
            let mut postings = sale(books, object, money_side, total);
            let prepaid = money(object, "Deposit");
            if !prepaid.is_zero() {
                // What was paid before the invoice is no claim any more.
                let landed =
                    account("DepositToAccountRef").or_else(|| books.account_named("Undeposited Funds"));
                postings.extend(
                    landed
                        .zip(receivable())
                        .into_iter()
                        .flat_map(|(to, from)| [(to, prepaid), (from, -prepaid)]),
                );
            }
            postings.into_iter().map(|(account, amount)| (account, sign * amount)).collect()
        }
    }
}

fn sale(books: &Books, object: &Object, money_side: Option<Id>, total: Decimal) -> Vec<(Id, Decimal)> {
    let mut rest = total;
    let mut postings = Vec::new();
    let mut credit = |account: Option<Id>, amount: Decimal, rest: &mut Decimal| {
        if let Some(account) = account.filter(|_| !amount.is_zero()) {
            *rest -= amount;
            postings.push((account, -amount));
        }
    };
    let tax = inner(object, "TxnTaxDetail").map(|tax| money(tax, "TotalTax")).unwrap_or_default();
    credit(books.account_named("Sales Tax Payable"), tax, &mut rest);
    for line in objects(object, "Line") {
        let amount = money(line, "Amount");
        match text(line, "DetailType") {
            Some("DiscountLineDetail") => credit(books.account_named("Discounts given"), -amount, &mut rest),
            Some("SalesItemLineDetail") => {
                let item = inner(line, "SalesItemLineDetail").and_then(|detail| reference(detail, "ItemRef"));
                let income = item
                    .and_then(|id| books.get(Kind::Item, &Id::new(id)))
                    .and_then(|item| reference(item, "IncomeAccountRef"))
                    .map(Id::new);
                credit(income, amount, &mut rest);
            }
            _ => {}
        }
    }
    // Shipping, gratuity and groups have no item with an account of its own.
    credit(
        books.account_named("Sales").or_else(|| books.account_of_type("Income")),
        rest,
        &mut Decimal::ZERO.clone(),
    );
    if let Some(account) = money_side {
        postings.push((account, total));
    }
    postings
}

fn deposit(books: &Books, object: &Object, to: Option<Id>, total: Decimal) -> Vec<(Id, Decimal)> {
    let from_lines = objects(object, "Line").filter_map(|line| {
        let account =
            inner(line, "DepositLineDetail").and_then(|detail| reference(detail, "AccountRef")).map(Id::new);
        let is_linked = objects(line, "LinkedTxn").next().is_some();
        let account = if is_linked { books.account_named("Undeposited Funds") } else { account };
        account.map(|account| (account, -money(line, "Amount")))
    });
    from_lines.chain(to.map(|account| (account, total))).collect()
}

fn journal(object: &Object) -> Vec<(Id, Decimal)> {
    objects(object, "Line")
        .filter_map(|line| {
            let detail = inner(line, "JournalEntryLineDetail")?;
            let amount = money(line, "Amount");
            let debit = text(detail, "PostingType") == Some("Debit");
            Some((Id::new(reference(detail, "AccountRef")?), if debit { amount } else { -amount }))
        })
        .collect()
}

impl Books {
    /// The first account of a type.
    pub(in crate::quickbooks) fn account_of_type(&self, kind: &str) -> Option<Id> {
        self.all(Kind::Account)
            .find(|(_, account)| text(account, "AccountType") == Some(kind))
            .map(|(id, _)| id.clone())
    }

    pub(in crate::quickbooks) fn account_named(&self, name: &str) -> Option<Id> {
        self.holder(super::Space::List(Kind::Account), name, None).map(|(_, id)| id)
    }
}
