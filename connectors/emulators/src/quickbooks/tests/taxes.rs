//! Taxes, by country.

use serde_json::{Value, json};

use super::{Desk, line};
use crate::quickbooks::CompanyKind;

fn id_of(desk: &mut Desk, code: &str) -> String {
    desk.rows(&format!("select * from TaxCode where Name = '{code}'"))[0]["Id"].as_str().unwrap().to_owned()
}

/// Total, tax, and the tax of each rate.
fn sums(sale: &Value) -> (Value, Value, Vec<Value>) {
    let lines = sale["TxnTaxDetail"]["TaxLine"].as_array().cloned().unwrap_or_default();
    let lines = lines.into_iter().map(|line| line["Amount"].clone()).collect();
    (sale["TotalAmt"].clone(), sale["TxnTaxDetail"]["TotalTax"].clone(), lines)
}

#[test]
fn usa_the_code_of_the_transaction_taxes_the_taxed_lines() {
    let mut desk = Desk::new(CompanyKind::Us);
    let tucson = id_of(&mut desk, "Tucson");
    let lines = json!([line("100", Some("TAX")), line("50", None)]);
    let body = json!({"Line": lines, "TxnTaxDetail": {"TxnTaxCodeRef": {"value": tucson}}});
    let made = desk.write("SalesReceipt", body);
    assert_eq!(sums(&made), (json!(159.1), json!(9.1), vec![json!(7.1), json!(2)]));
    let untaxed = desk
        .write("SalesReceipt", json!({"Line": [line("100", Some("TAX"))], "TxnTaxDetail": {"TotalTax": 9}}));
    assert_eq!(sums(&untaxed).1, json!(0), "without a code there is no rate to put a total on");
    assert_eq!(desk.refused("salesreceipt", json!({"Line": [line("1", Some(&tucson))]})), "6100");
}

#[test]
fn usa_a_stated_total_is_taken_and_spread() {
    let mut desk = Desk::new(CompanyKind::Us);
    let tucson = id_of(&mut desk, "Tucson");
    let detail = json!({"TxnTaxCodeRef": {"value": tucson}, "TotalTax": 9.13});
    let made =
        desk.write("SalesReceipt", json!({"Line": [line("100", Some("TAX"))], "TxnTaxDetail": detail}));
    assert_eq!(sums(&made), (json!(109.13), json!(9.13), vec![json!(7.12), json!(2.01)]));
}

#[test]
fn automated_sales_tax_chooses_by_where_goods_go_and_takes_a_stated_total() {
    let mut desk = Desk::new(CompanyKind::UsAst);
    let at_home = desk.write("SalesReceipt", json!({"Line": [line("100", Some("TAX"))]}));
    assert_eq!(sums(&at_home), (json!(108), json!(8), vec![json!(8)]));
    let away = json!({"Line": [line("100", Some("TAX"))], "ShipAddr": {"CountrySubDivisionCode": "OR"}});
    assert_eq!(sums(&desk.write("SalesReceipt", away)).1, json!(0));
    let stated = json!({"Line": [line("100", Some("TAX"))], "TxnTaxDetail": {"TotalTax": 7.99}});
    assert_eq!(sums(&desk.write("SalesReceipt", stated)), (json!(107.99), json!(7.99), vec![json!(7.99)]));
}

#[test]
fn canada_each_line_has_a_code_and_rates_add_up() {
    let mut desk = Desk::new(CompanyKind::Ca);
    let (gst, both, exempt) =
        (id_of(&mut desk, "GST"), id_of(&mut desk, "GST/QST QC - 9.975"), id_of(&mut desk, "Exempt"));
    let lines = json!([line("10", Some(&gst)), line("20", Some(&both)), line("30", Some(&exempt))]);
    let made = desk.write("SalesReceipt", json!({"Line": lines}));
    assert_eq!(
        (made["TotalAmt"].clone(), made["TxnTaxDetail"]["TotalTax"].clone()),
        (json!(63.5), json!(3.5))
    );
    assert_eq!(made["GlobalTaxCalculation"], "TaxExcluded");
    assert_eq!(desk.refused("salesreceipt", json!({"Line": [line("1", None)]})), "6000");
    assert_eq!(desk.refused("salesreceipt", json!({"Line": [line("1", Some("TAX"))]})), "6160");
    let stated = json!({"Line": [line("10", Some(&gst))], "TxnTaxDetail": {"TotalTax": 0.51}});
    assert_eq!(sums(&desk.write("SalesReceipt", stated)), (json!(10.51), json!(0.51), vec![json!(0.51)]));
}

#[test]
fn tax_that_does_not_apply_takes_no_details() {
    let mut desk = Desk::new(CompanyKind::Eu);
    let body = json!({"Line": [line("10", None)], "GlobalTaxCalculation": "NotApplicable"});
    assert_eq!(desk.write("SalesReceipt", body.clone())["TotalAmt"], json!(10));
    let mut with_tax = body;
    with_tax["TxnTaxDetail"] = json!({"TotalTax": 1});
    assert_eq!(desk.refused("salesreceipt", with_tax), "6170");
}

#[test]
fn amounts_that_contain_the_tax_are_parted() {
    let mut desk = Desk::new(CompanyKind::Eu);
    let vat = id_of(&mut desk, "20.0% S");
    let made = desk.write(
        "SalesReceipt",
        json!({"Line": [line("9.99", Some(&vat))], "GlobalTaxCalculation": "TaxInclusive"}),
    );
    assert_eq!(sums(&made), (json!(9.99), json!(1.66), vec![json!(1.66)]));
    assert_eq!(made["Line"][0]["Amount"], json!(8.33));
    assert_eq!(made["Line"][0]["SalesItemLineDetail"]["TaxInclusiveAmt"], json!(9.99));
}

#[test]
fn a_tax_line_names_a_rate_of_the_lines() {
    let mut desk = Desk::new(CompanyKind::Ca);
    let gst = id_of(&mut desk, "GST");
    let detail = |rate: &str| json!({"TaxLine": [{"Amount": 0.6, "DetailType": "TaxLineDetail", "TaxLineDetail": {"TaxRateRef": {"value": rate}}}]});
    let body = |rate: &str| json!({"Line": [line("10", Some(&gst))], "TxnTaxDetail": detail(rate)});
    assert_eq!(sums(&desk.write("SalesReceipt", body("1"))).1, json!(0.6));
    assert_eq!(desk.refused("salesreceipt", body("3")), "6160");
}

#[test]
fn the_tax_service_makes_codes_that_tax() {
    let mut desk = Desk::new(CompanyKind::Ca);
    let body = json!({"TaxCode": "City", "TaxRateDetails": [
        {"TaxRateName": "City 2", "RateValue": "2", "TaxAgencyId": "1", "TaxApplicableOn": "Sales"},
        {"TaxRateId": "1", "TaxApplicableOn": "Sales"},
    ]});
    let (status, answer) = desk.post("taxservice/taxcode", &body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["TaxRateDetails"][0]["RateValue"], "2%");
    let code = answer["TaxCodeId"].as_str().unwrap();
    let made = desk.write("SalesReceipt", json!({"Line": [line("100", Some(code))]}));
    assert_eq!(made["TotalAmt"], json!(107));
    assert_eq!(desk.refused("taxservice/taxcode", body), "6240");
    assert_eq!(desk.refused("taxcode", json!({"Name": "x"})), "500");
}
