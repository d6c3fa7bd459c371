//! Reports: what the books add up to, as tables.
//!
//! There are six: what customers owe, sales by customer and by item, the trial balance, profit and loss, the balance
//! sheet. Sums are in home units, on the accrual basis; the parameters are `start_date`, `end_date`, `report_date` and `customer`.

mod accounts;
mod balance;
mod sales;
mod table;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::Request;
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::time;
use crate::quickbooks::value::{Object, set};

/// The days that a report is about, both included, as texts that are ordered as days are.
#[derive(Debug)]
struct Period {
    from: String,
    until: String,
}

/// `GET .../reports/ProfitAndLoss?start_date=2026-01-01&end_date=2026-12-31`.
pub(super) fn respond(books: &Books, request: &Request<'_>) -> Outcome<Object> {
    let name = request.path.get(1).copied().unwrap_or_default();
    let period = period(books, request)?;
    let customer = request.parameter("customer").filter(|customer| !customer.is_empty());
    let (name, table, is_moment) = match name.to_ascii_lowercase().as_str() {
        "customerbalance" => ("CustomerBalance", sales::owed(books, customer), true),
        "customersales" => ("CustomerSales", sales::by_customer(books, &period, customer), false),
        "itemsales" => ("ItemSales", sales::by_item(books, &period), false),
        "trialbalance" => ("TrialBalance", accounts::trial_balance(books, &period), false),
        "profitandloss" => ("ProfitAndLoss", accounts::profit_and_loss(books, &period), false),
        "balancesheet" => ("BalanceSheet", balance::sheet(books, &period), false),
        _ => return Err(Fault::unsupported_operation(&format!("report {name}"))),
    };
    let mut header = Object::new();
    set(&mut header, "Time", time::stamp(request.now, &books.zone));
    set(&mut header, "ReportName", name);
    if is_moment {
        set(&mut header, "DateMacro", "all");
    } else {
        set(&mut header, "ReportBasis", "Accrual");
        set(&mut header, "StartPeriod", period.from.as_str());
        set(&mut header, "EndPeriod", period.until.as_str());
        set(&mut header, "SummarizeColumnsBy", "Total");
    }
    if let Some(customer) = customer {
        set(&mut header, "Customer", customer);
    }
    set(&mut header, "Currency", books.home_currency());
    let is_empty = table.is_empty().to_string();
    set(&mut header, "Option", json!([{"Name": "NoReportData", "Value": is_empty}]));
    let mut answer = Object::new();
    set(&mut answer, "Header", Value::Object(header));
    table.show(&mut answer);
    Ok(answer)
}

/// The days of the parameters; otherwise this calendar year to this day.
fn period(books: &Books, request: &Request<'_>) -> Outcome<Period> {
    let day = |name: &str| match request.parameter(name).map(str::parse::<Date>) {
        None => Ok(None),
        Some(Ok(day)) => Ok(Some(day)),
        Some(Err(_)) => Err(Fault::bad_date(name)),
    };
    let today = time::today(request.now, &books.zone);
    let until = day("end_date")?.or(day("report_date")?).unwrap_or(today);
    let from = day("start_date")?.unwrap_or_else(|| until.first_of_year());
    Ok(Period { from: from.to_string(), until: until.to_string() })
}

impl Period {
    fn has(&self, day: &str) -> bool {
        (self.from.as_str()..=self.until.as_str()).contains(&day)
    }
}
