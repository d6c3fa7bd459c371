//! The balance sheet: what there is, and whose it is.
//!
//! Groups and titles are those of the service's published example. Nothing is closed at the end of a year: what
//! earlier years earned is reckoned into `Retained Earnings`, what this one did is `Net Income`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Period;
use super::accounts::lines;
use super::table::{Table, line, shown};
use crate::quickbooks::books::Books;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, set, text};

/// Group, title and type of account.
type Part = (&'static str, &'static str, &'static str);

const CURRENT_ASSETS: [Part; 3] = [
    ("BankAccounts", "Bank Accounts", "Bank"),
    ("AR", "Accounts Receivable", "Accounts Receivable"),
    ("OtherCurrentAssets", "Other Current Assets", "Other Current Asset"),
];
const CURRENT_LIABILITIES: [Part; 3] = [
    ("AP", "Accounts Payable", "Accounts Payable"),
    ("CreditCards", "Credit Cards", "Credit Card"),
    ("OtherCurrentLiabilities", "Other Current Liabilities", "Other Current Liability"),
];

/// What was posted until the end of the period: debits less credits by account.
struct Posted<'a> {
    books: &'a Books,
    by_account: BTreeMap<Id, Decimal>,
}

/// A part of the sheet with what is in it.
struct Section {
    group: &'static str,
    title: &'static str,
    rows: Vec<Value>,
    sum: Decimal,
}

pub(super) fn sheet(books: &Books, period: &Period) -> Table {
    let posted = Posted { books, by_account: books.posted(None, &period.until) };
    let assets = |part: Part| posted.section(part, Decimal::ONE);
    let owed = |part: Part| posted.section(part, Decimal::NEGATIVE_ONE);
    let assets = Section::of(
        ("TotalAssets", "ASSETS"),
        vec![
            Section::of(("CurrentAssets", "Current Assets"), CURRENT_ASSETS.map(assets).into()),
            assets(("FixedAssets", "Fixed Assets", "Fixed Asset")),
            assets(("OtherAssets", "Other Assets", "Other Asset")),
        ],
    );
    let liabilities = Section::of(
        ("Liabilities", "Liabilities"),
        vec![
            Section::of(("CurrentLiabilities", "Current Liabilities"), CURRENT_LIABILITIES.map(owed).into()),
            owed(("LongTermLiabilities", "Long-Term Liabilities", "Long Term Liability")),
        ],
    );
    let claims = Section::of(
        ("TotalLiabilitiesAndEquity", "LIABILITIES AND EQUITY"),
        vec![liabilities, posted.equity(period)],
    );
    let mut table = Table::new(&[("Account", ""), ("Money", "Total")]);
    for section in [assets, claims] {
        table.extend(section.show());
    }
    table
}

impl Posted<'_> {
    /// The accounts of a type. `sign` turns debits into what the section shows.
    fn section(&self, (group, title, account_type): Part, sign: Decimal) -> Section {
        let lines = lines(self.books, &self.by_account, account_type, sign);
        let sum = lines.iter().map(|(_, amount)| *amount).sum();
        let rows = lines.into_iter().map(|(cells, _)| row(&cells)).collect();
        Section { group, title, rows, sum }
    }

    /// The accounts of equity, and what was earned: before this year and in it.
    fn equity(&self, period: &Period) -> Section {
        let mut equity = self.section(("Equity", "Equity", "Equity"), Decimal::NEGATIVE_ONE);
        let year = format!("{}-01-01", period.until.get(..4).unwrap_or_default());
        let all = earned(self.books, &self.by_account);
        let this_year = earned(self.books, &self.books.posted(Some(&year), &period.until));
        let earlier = all - this_year;
        if !earlier.is_zero() {
            equity.rows.push(row(&line("Retained Earnings", None, &[shown(earlier)])));
        }
        if !all.is_zero() {
            let mut income = row(&line("Net Income", None, &[shown(this_year)]));
            if let Value::Object(income) = &mut income {
                set(income, "group", "NetIncome");
            }
            equity.rows.push(income);
        }
        equity.sum += all;
        equity
    }
}

/// Income less costs: what was posted to the accounts that profit is made of.
fn earned(books: &Books, posted: &BTreeMap<Id, Decimal>) -> Decimal {
    let is_profit = |id: &Id| {
        let class = books.get(Kind::Account, id).and_then(|account| text(account, "Classification"));
        matches!(class, Some("Revenue" | "Expense"))
    };
    -posted.iter().filter(|(id, _)| is_profit(id)).map(|(_, debits)| *debits).sum::<Decimal>()
}

impl Section {
    /// A section of sections; those without a line are left out.
    fn of((group, title): (&'static str, &'static str), parts: Vec<Self>) -> Self {
        let sum = parts.iter().map(|part| part.sum).sum();
        Self { group, title, rows: parts.into_iter().filter_map(Self::show).collect(), sum }
    }

    fn show(self) -> Option<Value> {
        let Self { group, title, rows, sum } = self;
        let total = if title.chars().any(char::is_lowercase) { "Total" } else { "TOTAL" };
        (!rows.is_empty()).then(|| {
            json!({
                "Header": {"ColData": line(title, None, &[String::new()])},
                "Rows": {"Row": rows},
                "Summary": {"ColData": line(&format!("{total} {title}"), None, &[shown(sum)])},
                "type": "Section",
                "group": group,
            })
        })
    }
}

fn row(cells: &Value) -> Value {
    json!({"ColData": cells, "type": "Data"})
}
