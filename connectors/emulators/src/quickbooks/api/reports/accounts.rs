//! Where the accounts stand.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::Period;
use super::table::{Table, line, shown};
use crate::quickbooks::books::Books;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, text};

/// Debits and credits of each account at the end of the period.
pub(super) fn trial_balance(books: &Books, period: &Period) -> Table {
    let mut table = Table::new(&[("Account", ""), ("Money", "Debit"), ("Money", "Credit")]);
    let (mut debits, mut credits) = (Decimal::ZERO, Decimal::ZERO);
    for (id, balance) in books.posted(None, &period.until) {
        let side = |is_here: bool| if is_here { shown(balance.abs()) } else { String::new() };
        let is_debit = balance.is_sign_positive();
        if is_debit {
            debits += balance;
        } else {
            credits -= balance;
        }
        table.row(&line(account_name(books, &id), Some(id.as_str()), &[side(is_debit), side(!is_debit)]));
    }
    table.section("GrandTotal", "", Vec::new(), &line("TOTAL", None, &[shown(debits), shown(credits)]));
    table
}

/// Income less costs, section by section.
pub(super) fn profit_and_loss(books: &Books, period: &Period) -> Table {
    let posted = books.posted(Some(&period.from), &period.until);
    let mut table = Table::new(&[("Account", ""), ("Money", "Total")]);
    let section = |table: &mut Table, group: &str, account_type: &str, sign: Decimal| {
        let lines = lines(books, &posted, account_type, sign);
        let sum: Decimal = lines.iter().map(|(_, amount)| *amount).sum();
        let title = format!("Total {account_type}");
        let lines = lines.into_iter().map(|(line, _)| line).collect();
        table.section(group, account_type, lines, &line(&title, None, &[shown(sum)]));
        sum
    };
    let (credit, debit) = (Decimal::NEGATIVE_ONE, Decimal::ONE);
    let result = |table: &mut Table, group: &str, title: &str, amount: Decimal| {
        table.section(group, "", Vec::new(), &line(title, None, &[shown(amount)]));
    };
    let income = section(&mut table, "Income", "Income", credit);
    let gross = income - section(&mut table, "COGS", "Cost of Goods Sold", debit);
    result(&mut table, "GrossProfit", "Gross Profit", gross);
    let operating = gross - section(&mut table, "Expenses", "Expense", debit);
    result(&mut table, "NetOperatingIncome", "Net Operating Income", operating);
    let other = section(&mut table, "OtherIncome", "Other Income", credit);
    let other = other - section(&mut table, "OtherExpenses", "Other Expense", debit);
    result(&mut table, "NetIncome", "Net Income", operating + other);
    table
}

/// The accounts of a type that something was posted to: their lines and amounts.
pub(super) fn lines(
    books: &Books,
    posted: &BTreeMap<Id, Decimal>,
    account_type: &str,
    sign: Decimal,
) -> Vec<(Value, Decimal)> {
    let of_type = |account: &Object| text(account, "AccountType") == Some(account_type);
    posted
        .iter()
        .filter(|(id, _)| books.get(Kind::Account, id).is_some_and(of_type))
        .map(|(id, debits)| {
            let amount = *debits * sign;
            (line(account_name(books, id), Some(id.as_str()), &[shown(amount)]), amount)
        })
        .collect()
}

fn account_name<'a>(books: &'a Books, id: &'a Id) -> &'a str {
    books.get(Kind::Account, id).and_then(|account| text(account, "Name")).unwrap_or(id.as_str())
}
