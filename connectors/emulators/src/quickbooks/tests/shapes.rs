//! The shapes of answers: keys and types as published bodies show them.

use serde_json::{Value, json};

use super::{Desk, line};
use crate::quickbooks::CompanyKind;

/// Paths and JSON types: `s` text, `n` number, `b` truth, `o` object, `a` list.
type Shape = &'static [(&'static str, char)];

const COMMON: Shape = &[
    ("Id", 's'),
    ("SyncToken", 's'),
    ("domain", 's'),
    ("sparse", 'b'),
    ("MetaData.CreateTime", 's'),
    ("MetaData.LastUpdatedTime", 's'),
];

const SALE: Shape = &[
    ("TxnDate", 's'),
    ("TotalAmt", 'n'),
    ("Balance", 'n'),
    ("Line.0.Id", 's'),
    ("Line.0.LineNum", 'n'),
    ("Line.0.Amount", 'n'),
    ("Line.0.DetailType", 's'),
    ("Line.0.SalesItemLineDetail.ItemRef.value", 's'),
    ("Line.0.SalesItemLineDetail.ItemRef.name", 's'),
    ("Line.0.SalesItemLineDetail.TaxCodeRef.value", 's'),
    ("Line.1.Amount", 'n'),
    ("Line.1.DetailType", 's'),
    ("Line.1.SubTotalLineDetail", 'o'),
    ("TxnTaxDetail.TotalTax", 'n'),
    ("CurrencyRef.value", 's'),
    ("ApplyTaxAfterDiscount", 'b'),
    ("PrintStatus", 's'),
];

const INVOICE: Shape = &[
    ("DueDate", 's'),
    ("LinkedTxn", 'a'),
    ("Deposit", 'n'),
    ("EmailStatus", 's'),
    ("CustomerRef.name", 's'),
    ("CustomerRef.value", 's'),
];

const RECEIPT: Shape = &[("DepositToAccountRef.value", 's'), ("DepositToAccountRef.name", 's')];

const CREDIT_MEMO: Shape = &[("RemainingCredit", 'n'), ("EmailStatus", 's')];

const PAYMENT: Shape = &[
    ("TotalAmt", 'n'),
    ("UnappliedAmt", 'n'),
    ("ProcessPayment", 'b'),
    ("CustomerRef.name", 's'),
    ("DepositToAccountRef.value", 's'),
    ("TxnDate", 's'),
    ("CurrencyRef.name", 's'),
    ("Line.0.Amount", 'n'),
    ("Line.0.LinkedTxn.0.TxnId", 's'),
    ("Line.0.LinkedTxn.0.TxnType", 's'),
];

const CUSTOMER: Shape = &[
    ("DisplayName", 's'),
    ("FullyQualifiedName", 's'),
    ("PrintOnCheckName", 's'),
    ("Active", 'b'),
    ("Job", 'b'),
    ("Taxable", 'b'),
    ("Balance", 'n'),
    ("BalanceWithJobs", 'n'),
    ("PreferredDeliveryMethod", 's'),
];

const ITEM: Shape = &[
    ("Name", 's'),
    ("FullyQualifiedName", 's'),
    ("Active", 'b'),
    ("Taxable", 'b'),
    ("UnitPrice", 'n'),
    ("Type", 's'),
    ("IncomeAccountRef.value", 's'),
    ("IncomeAccountRef.name", 's'),
    ("TrackQtyOnHand", 'b'),
];

const ACCOUNT: Shape = &[
    ("Name", 's'),
    ("FullyQualifiedName", 's'),
    ("Classification", 's'),
    ("AccountType", 's'),
    ("AccountSubType", 's'),
    ("CurrentBalance", 'n'),
    ("CurrentBalanceWithSubAccounts", 'n'),
    ("SubAccount", 'b'),
    ("CurrencyRef.name", 's'),
];

const TAX_CODE: Shape = &[
    ("TaxGroup", 'b'),
    ("Taxable", 'b'),
    ("PurchaseTaxRateList.TaxRateDetail", 'a'),
    ("SalesTaxRateList.TaxRateDetail.0.TaxTypeApplicable", 's'),
    ("SalesTaxRateList.TaxRateDetail.0.TaxRateRef.value", 's'),
    ("SalesTaxRateList.TaxRateDetail.0.TaxRateRef.name", 's'),
    ("SalesTaxRateList.TaxRateDetail.0.TaxOrder", 'n'),
];

const TAX_RATE: Shape = &[
    ("RateValue", 'n'),
    ("AgencyRef.value", 's'),
    ("SpecialTaxType", 's'),
    ("DisplayType", 's'),
    ("Active", 'b'),
];

const COMPANY: Shape = &[
    ("CompanyName", 's'),
    ("CompanyAddr.Id", 's'),
    ("Country", 's'),
    ("NameValue.0.Name", 's'),
    ("WebAddr", 'o'),
];

fn lacking(object: &Value, shapes: &[Shape]) -> Vec<String> {
    let of = |value: &Value| match value {
        Value::String(_) => 's',
        Value::Number(_) => 'n',
        Value::Bool(_) => 'b',
        Value::Object(_) => 'o',
        Value::Array(_) => 'a',
        Value::Null => '-',
    };
    let found = |path: &str| object.pointer(&format!("/{}", path.replace('.', "/"))).map_or('-', of);
    shapes
        .iter()
        .flat_map(|shape| shape.iter())
        .filter(|(path, wanted)| found(path) != *wanted)
        .map(|(path, wanted)| format!("{path} is {} not {wanted}", found(path)))
        .collect()
}

#[test]
fn answers_have_the_published_keys_and_types() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "10");
    let sale = json!({"CustomerRef": {"value": ada}, "Line": [line("10", None)], "DepositToAccountRef": {"value": "6"}});
    let mut memo = sale.clone();
    memo.as_object_mut().unwrap().remove("DepositToAccountRef");
    let (_, paid) = desk.pay(&ada, "10", &invoice["Id"], "10");
    let company = desk.get("companyinfo/1").1["CompanyInfo"].clone();
    let answers: Vec<(&str, Value, Vec<Shape>)> = vec![
        ("Invoice", invoice, vec![COMMON, SALE, INVOICE]),
        ("SalesReceipt", desk.write("SalesReceipt", sale.clone()), vec![COMMON, SALE, RECEIPT]),
        ("RefundReceipt", desk.write("RefundReceipt", sale), vec![COMMON, SALE, RECEIPT]),
        ("CreditMemo", desk.write("CreditMemo", memo), vec![COMMON, SALE, CREDIT_MEMO]),
        ("Payment", paid["Payment"].clone(), vec![COMMON, PAYMENT]),
        ("Customer", desk.read("Customer", &ada), vec![COMMON, CUSTOMER]),
        ("Item", desk.read("Item", &json!("3")), vec![COMMON, ITEM]),
        ("Account", desk.read("Account", &json!("1")), vec![COMMON, ACCOUNT]),
        ("TaxCode", desk.read("TaxCode", &json!("2")), vec![COMMON, TAX_CODE]),
        ("TaxRate", desk.read("TaxRate", &json!("2")), vec![COMMON, TAX_RATE]),
        ("CompanyInfo", company, vec![COMMON, COMPANY]),
    ];
    let lacking: Vec<(&str, Vec<String>)> = answers
        .iter()
        .map(|(kind, object, shapes)| (*kind, lacking(object, shapes)))
        .filter(|(_, lacking)| !lacking.is_empty())
        .collect();
    assert_eq!(lacking, []);
}

#[test]
fn whatever_was_read_can_be_sent_back_as_a_full_update() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "10");
    let (_, paid) = desk.pay(&ada, "4", &invoice["Id"], "4");
    let invoice = desk.read("Invoice", &invoice["Id"]);
    for (kind, object) in [
        ("Invoice", invoice),
        ("Payment", paid["Payment"].clone()),
        ("Customer", desk.read("Customer", &ada)),
        ("Item", desk.read("Item", &json!("3"))),
        ("Account", desk.read("Account", &json!("9"))),
        ("Term", desk.read("Term", &json!("3"))),
        ("PaymentMethod", desk.read("PaymentMethod", &json!("1"))),
    ] {
        let changes = |mut object: Value| {
            object.as_object_mut().unwrap().retain(|key, _| key != "SyncToken" && key != "MetaData");
            object
        };
        let updated = desk.write(kind, object.clone());
        assert_eq!(changes(updated), changes(object), "{kind}");
    }
}

#[test]
fn a_fault_has_the_published_shape_and_time_has_milliseconds() {
    let mut desk = Desk::new(CompanyKind::Us);
    let (_, answer) = desk.post("customer", &json!({}));
    let error = &answer["Fault"]["Error"][0];
    for key in ["Message", "Detail", "code", "element"] {
        assert!(error[key].is_string(), "{key}");
    }
    assert_eq!(answer["Fault"]["type"], "ValidationFault");
    assert_eq!(answer["time"], "2026-03-02T09:00:00.000-08:00");
    let ada = desk.customer("Ada");
    assert_eq!(desk.read("Customer", &ada)["MetaData"]["CreateTime"], "2026-03-02T09:00:00-08:00");
}
