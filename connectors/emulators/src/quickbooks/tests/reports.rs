//! Reports agree with the books.

use serde_json::{Value, json};

use super::{Desk, code, line};
use crate::quickbooks::CompanyKind;

/// The cells of each row, of sections their sum.
fn cells(report: &Value) -> Vec<Vec<String>> {
    let rows = report["Rows"]["Row"].as_array().unwrap();
    let cells = |row: &Value| {
        if row["Summary"].is_null() { row["ColData"].clone() } else { row["Summary"]["ColData"].clone() }
    };
    let texts = |row: &Value| {
        cells(row).as_array().unwrap().iter().map(|cell| cell["value"].as_str().unwrap().to_owned()).collect()
    };
    rows.iter().map(texts).collect()
}

/// An invoice of 100 of which 30 are paid, a credit of 20, both without tax, and an invoice of another year.
fn books() -> Desk {
    let mut desk = Desk::new(CompanyKind::Us);
    let customer = desk.customer("Ada");
    let invoice = desk.invoice(&customer, "100");
    desk.pay(&customer, "30", &invoice["Id"], "30");
    let sale = |amount: &str| json!({"CustomerRef": {"value": customer}, "Line": [line(amount, None)]});
    desk.write("CreditMemo", sale("20"));
    let mut old = sale("7");
    old["TxnDate"] = json!("2025-06-01");
    desk.write("Invoice", old);
    desk
}

#[test]
fn what_customers_owe_is_their_balances() {
    let mut desk = books();
    let (status, report) = desk.get("reports/CustomerBalance");
    assert_eq!(status, 200);
    assert_eq!(cells(&report), [["Ada", "57.00"], ["TOTAL", "57.00"]]);
    assert_eq!(report["Rows"]["Row"][0]["ColData"][0]["id"], desk.rows("select * from Customer")[0]["Id"]);
    assert_eq!(desk.rows("select * from Customer")[0]["Balance"], json!(57));
    let (_, none) = desk.get("reports/CustomerBalance?customer=4711");
    assert_eq!(none["Header"]["Option"][0], json!({"Name": "NoReportData", "Value": "true"}));
}

#[test]
fn sales_are_those_of_the_period() {
    let mut desk = books();
    let (_, report) = desk.get("reports/CustomerSales");
    assert_eq!(
        (&report["Header"]["StartPeriod"], &report["Header"]["EndPeriod"]),
        (&json!("2026-01-01"), &json!("2026-03-02"))
    );
    assert_eq!(cells(&report), [["Ada", "80.00"], ["TOTAL", "80.00"]]);
    let (_, report) = desk.get("reports/ItemSales?start_date=2025-01-01&end_date=2026-12-31");
    assert_eq!(cells(&report).last().unwrap()[2], "87.00");
    let (status, refusal) = desk.get("reports/CustomerSales?start_date=spring");
    assert_eq!((status, code(&refusal).as_str()), (400, "2060"));
}

#[test]
fn the_trial_balance_is_in_balance() {
    let mut desk = books();
    let (_, report) = desk.get("reports/TrialBalance?end_date=2026-12-31");
    let cells = cells(&report);
    let of =
        |name: &str| cells.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{cells:?}")).clone();
    assert_eq!(of("Accounts Receivable (A/R)")[1..], ["57.00", ""]);
    assert_eq!(of("Undeposited Funds")[1..], ["30.00", ""]);
    assert_eq!(of("TOTAL")[1..], ["87.00", "87.00"]);
}

/// Titles and sums of sections, each before those within it.
fn sections(rows: &Value, found: &mut Vec<(String, String)>) {
    for row in rows["Row"].as_array().unwrap() {
        let cell = |cells: &Value, at: usize| cells[at]["value"].as_str().unwrap_or_default().to_owned();
        if row["type"] == "Section" {
            found.push((row["group"].as_str().unwrap().to_owned(), cell(&row["Summary"]["ColData"], 1)));
            sections(&row["Rows"], found);
        } else {
            found.push((cell(&row["ColData"], 0), cell(&row["ColData"], 1)));
        }
    }
}

#[test]
fn the_balance_sheet_shows_what_there_is_and_that_it_is_the_owners() {
    let mut desk = books();
    let (status, report) = desk.get("reports/BalanceSheet?end_date=2026-12-31");
    assert_eq!((status, &report["Header"]["ReportName"]), (200, &json!("BalanceSheet")));
    let mut found = Vec::new();
    sections(&report["Rows"], &mut found);
    let found: Vec<_> = found.iter().map(|(title, sum)| (title.as_str(), sum.as_str())).collect();
    assert_eq!(
        found,
        [
            ("TotalAssets", "87.00"),
            ("CurrentAssets", "87.00"),
            ("AR", "57.00"),
            ("Accounts Receivable (A/R)", "57.00"),
            ("OtherCurrentAssets", "30.00"),
            ("Undeposited Funds", "30.00"),
            ("TotalLiabilitiesAndEquity", "87.00"),
            ("Equity", "87.00"),
            ("Retained Earnings", "7.00"),
            ("Net Income", "80.00"),
        ]
    );
    let (_, empty) = Desk::new(CompanyKind::Us).get("reports/BalanceSheet");
    assert_eq!(empty["Header"]["Option"][0]["Value"], "true");
}

#[test]
fn profit_is_income_less_costs() {
    let mut desk = books();
    let (_, report) = desk.get("reports/ProfitAndLoss");
    let cells = cells(&report);
    assert_eq!(cells.first().unwrap()[..], ["Total Income", "80.00"]);
    assert_eq!(cells.last().unwrap()[..], ["Net Income", "80.00"]);
    let groups: Vec<&str> =
        report["Rows"]["Row"].as_array().unwrap().iter().map(|row| row["group"].as_str().unwrap()).collect();
    assert_eq!(
        groups,
        [
            "Income",
            "COGS",
            "GrossProfit",
            "Expenses",
            "NetOperatingIncome",
            "OtherIncome",
            "OtherExpenses",
            "NetIncome"
        ]
    );
}
