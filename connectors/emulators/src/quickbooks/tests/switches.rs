//! What preferences change.

use serde_json::{Value, json};

use super::{Desk, line, settings};
use crate::quickbooks::CompanyKind;

fn several_currencies() -> Desk {
    let mut chosen = settings(CompanyKind::Us);
    chosen.companies[0].preferences.multi_currency = true;
    Desk::with(chosen)
}

fn invoice(customer: &Value, currency: Option<&str>) -> Value {
    let mut body = json!({"CustomerRef": {"value": customer}, "Line": [line("10", None)]});
    if let Some(code) = currency {
        body["CurrencyRef"] = json!({"value": code});
    }
    body
}

#[test]
fn a_company_of_one_currency_takes_no_other() {
    let mut desk = Desk::new(CompanyKind::Us);
    assert_eq!(
        desk.refused("customer", json!({"DisplayName": "A", "CurrencyRef": {"value": "EUR"}})),
        "2220"
    );
    let ada = desk.customer("Ada");
    assert_eq!(desk.refused("invoice", invoice(&ada, Some("EUR"))), "2220");
    assert_eq!(desk.write("Invoice", invoice(&ada, Some("USD")))["TotalAmt"], json!(10));
}

#[test]
fn with_several_currencies_it_is_stated_and_the_customers() {
    let mut desk = several_currencies();
    let eve =
        desk.write("Customer", json!({"DisplayName": "Eve", "CurrencyRef": {"value": "EUR"}}))["Id"].clone();
    assert_eq!(desk.refused("invoice", invoice(&eve, None)), "2020");
    assert_eq!(desk.refused("invoice", invoice(&eve, Some("USD"))), "6000");
    assert_eq!(desk.refused("invoice", invoice(&eve, Some("XXX"))), "2220");
    let mut body = invoice(&eve, Some("EUR"));
    body["ExchangeRate"] = json!(1.115);
    let made = desk.write("Invoice", body);
    assert_eq!((&made["TotalAmt"], &made["HomeTotalAmt"]), (&json!(10), &json!(11.15)));
    let moved = json!({"Id": eve, "SyncToken": "0", "sparse": true, "CurrencyRef": {"value": "USD"}});
    assert_eq!(desk.refused("customer", moved), "6000", "a currency is final");
}

#[test]
fn closed_books_take_nothing_dated_before() {
    for (password, expected) in [(false, "6200"), (true, "6210")] {
        let mut chosen = settings(CompanyKind::Us);
        let preferences = &mut chosen.companies[0].preferences;
        preferences.book_close_date = Some("2026-01-31".parse().unwrap());
        preferences.closed_with_password = password;
        let mut desk = Desk::with(chosen);
        let ada = desk.customer("Ada");
        let mut body = invoice(&ada, None);
        body["TxnDate"] = json!("2026-01-31");
        assert_eq!(desk.refused("invoice", body.clone()), expected);
        body["TxnDate"] = json!("2026-02-01");
        let made = desk.write("Invoice", body);
        let back = json!({"Id": made["Id"], "SyncToken": "0", "sparse": true, "TxnDate": "2026-01-01"});
        assert_eq!(desk.refused("invoice", back), expected);
        let close = json!({"SyncToken": "0", "AccountingInfoPrefs": {"BookCloseDate": "2026-02-28"}});
        desk.write("Preferences", close);
        assert_eq!(
            desk.refused("invoice?operation=void", json!({"Id": made["Id"], "SyncToken": "0"})),
            expected
        );
    }
}

#[test]
fn preferences_change_by_request_group_by_group() {
    let mut desk = Desk::new(CompanyKind::Us);
    let off = json!({"SyncToken": "0", "SalesFormsPrefs": {"CustomTxnNumbers": false}});
    let changed = desk.write("Preferences", off.clone());
    assert_eq!(changed["SalesFormsPrefs"]["CustomTxnNumbers"], json!(false));
    assert_eq!(changed["SalesFormsPrefs"]["AllowShipping"], json!(true));
    assert_eq!(desk.refused("preferences", off), "5010");
    let ada = desk.customer("Ada");
    assert_eq!(desk.write("Invoice", invoice(&ada, None))["DocNumber"], "1001");
}

#[test]
fn only_companies_with_automated_sales_tax_say_so() {
    for (kind, expected) in [(CompanyKind::Us, Value::Null), (CompanyKind::UsAst, json!(true))] {
        let mut desk = Desk::new(kind);
        let (_, answer) = desk.get("preferences");
        assert_eq!(answer["Preferences"]["TaxPrefs"]["PartnerTaxEnabled"], expected);
    }
}

#[test]
fn a_company_has_what_shops_need() {
    for kind in [CompanyKind::Us, CompanyKind::UsAst, CompanyKind::Ca, CompanyKind::Eu] {
        let mut desk = Desk::new(kind);
        for (object, name) in [
            ("Account", "Sales of Product Income"),
            ("Account", "Stripe clearing"),
            ("Account", "Chequing"),
            ("Account", "Undeposited Funds"),
            ("Item", "Web sale"),
            ("PaymentMethod", "Stripe"),
            ("Term", "Net 30"),
        ] {
            assert_eq!(
                desk.rows(&format!("select * from {object} where Name = '{name}'")).len(),
                1,
                "{object} {name}"
            );
        }
    }
    let mut desk = Desk::new(CompanyKind::Ca);
    for code in ["Exempt", "GST", "GST/QST QC - 9.975"] {
        assert_eq!(desk.rows(&format!("select * from TaxCode where Name = '{code}'")).len(), 1, "{code}");
    }
}
