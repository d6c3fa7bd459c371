//! The tax rates and codes of a new company, by country.

use serde_json::{Value, json};

use crate::quickbooks::settings::CompanyKind;

/// Name and percent. Ids follow the order, from 1.
pub(super) type Rate = (&'static str, &'static str);

/// Name, and the ids of the rates that it stands for.
pub(super) type Code = (&'static str, &'static [&'static str]);

/// USA: the group codes stand on transactions. In the state of the company 8 %; elsewhere none.
const US_RATES: [Rate; 4] =
    [("AZ State tax", "7.1"), ("Tucson City", "2"), ("California", "8"), ("Out of state", "0")];
const US_CODES: [Code; 3] = [("California", &["3"]), ("Tucson", &["1", "2"]), ("Out of state", &["4"])];

/// Canada: federal and provincial taxes; codes of two rates where both apply.
const CA_RATES: [Rate; 9] = [
    ("GST", "5"),
    ("PST BC", "7"),
    ("HST ON", "13"),
    ("HST NS", "15"),
    ("QST 9.975", "9.975"),
    ("GST (ITC) QC", "5"),
    ("GST Exempt", "0"),
    ("GST Zero-rated", "0"),
    ("PST SK", "6"),
];
const CA_CODES: [Code; 13] = [
    ("Exempt", &["7"]),
    ("Zero-rated", &["8"]),
    ("Out of Scope", &[]),
    ("GST", &["1"]),
    ("PST BC", &["2"]),
    ("GST/PST BC", &["1", "2"]),
    ("HST ON", &["3"]),
    ("HST NS", &["4"]),
    ("GST/QST QC - 9.975", &["6", "5"]),
    ("QST QC - 9.975", &["5"]),
    ("PST SK", &["9"]),
    ("GST/PST SK", &["1", "9"]),
    ("No tax", &[]),
];

/// The European Union, seen from France.
const EU_RATES: [Rate; 6] = [
    ("VAT 20% (Sales)", "20"),
    ("VAT 10% (Sales)", "10"),
    ("VAT 5.5% (Sales)", "5.5"),
    ("VAT 2.1% (Sales)", "2.1"),
    ("VAT 0% (Sales)", "0"),
    ("VAT EC Goods (Sales)", "0"),
];
const EU_CODES: [Code; 8] = [
    ("20.0% S", &["1"]),
    ("10.0% S", &["2"]),
    ("5.5% S", &["3"]),
    ("2.1% S", &["4"]),
    ("0.0% Z", &["5"]),
    ("0.0% ECG", &["6"]),
    ("Exempt", &[]),
    ("No VAT", &[]),
];

/// The rates and codes of a country.
pub(super) fn of(kind: CompanyKind) -> (&'static [Rate], &'static [Code]) {
    match kind {
        CompanyKind::Us | CompanyKind::UsAst => (&US_RATES, &US_CODES),
        CompanyKind::Ca => (&CA_RATES, &CA_CODES),
        CompanyKind::Eu => (&EU_RATES, &EU_CODES),
    }
}

/// Who the taxes are paid to.
pub(super) fn agency(kind: CompanyKind) -> &'static str {
    match kind {
        CompanyKind::Us | CompanyKind::UsAst => "California Department of Tax and Fee Administration",
        CompanyKind::Ca => "Receiver General",
        CompanyKind::Eu => "Direction générale des finances publiques",
    }
}

/// A tax code as it is stored.
pub(in crate::quickbooks) fn code(name: &str, sales: &[String], purchases: &[String]) -> Value {
    let details = |rates: &[String]| -> Vec<Value> {
        rates
            .iter()
            .enumerate()
            .map(|(order, rate)| {
                json!({"TaxRateRef": {"value": rate}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": order})
            })
            .collect()
    };
    json!({
        "Name": name,
        "Description": name,
        "Active": true,
        "Taxable": !sales.is_empty(),
        "TaxGroup": true,
        "SalesTaxRateList": {"TaxRateDetail": details(sales)},
        "PurchaseTaxRateList": {"TaxRateDetail": details(purchases)},
    })
}

/// A tax rate as it is stored; `percent` is a number in the answers.
pub(in crate::quickbooks) fn rate(name: &str, percent: &Value, agency: &str) -> Value {
    json!({
        "Name": name,
        "Description": name,
        "Active": true,
        "RateValue": percent,
        "AgencyRef": {"value": agency},
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
    })
}
