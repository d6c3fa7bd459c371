//! Amounts, balances, payments.

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Desk, REALM, code, line};
use crate::quickbooks::CompanyKind;
use crate::quickbooks::value::to_decimal;

fn priced(quantity: &str, price: &str, amount: Option<&str>) -> Value {
    let mut line = line("0", None);
    line["SalesItemLineDetail"]["Qty"] = json!(quantity);
    line["SalesItemLineDetail"]["UnitPrice"] = json!(price);
    match amount {
        Some(amount) => line["Amount"] = json!(amount),
        None => drop(line.as_object_mut().unwrap().remove("Amount")),
    }
    line
}

#[test]
fn an_amount_is_quantity_times_price_rounded_half_up() {
    let mut desk = Desk::new(CompanyKind::Us);
    let (status, refusal) =
        desk.post("salesreceipt", &json!({"Line": [priced("128.350", "14.50", Some("1861.07"))]}));
    assert_eq!((status, code(&refusal).as_str()), (400, "6070"));
    let detail = "Amount is not equal to UnitPrice * Qty. Supplied value:1,861.07";
    assert_eq!(refusal["Fault"]["Error"][0]["Detail"], detail);
    for amount in [Some("1861.08"), None] {
        let made = desk.write("SalesReceipt", json!({"Line": [priced("128.350", "14.50", amount)]}));
        assert_eq!(made["TotalAmt"], json!(1861.08));
    }
}

#[test]
fn discounts_lower_the_total_and_stand_behind_the_subtotal() {
    let mut desk = Desk::new(CompanyKind::Us);
    let discount = json!({"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": true, "DiscountPercent": 8.5}});
    let made = desk.write("SalesReceipt", json!({"Line": [discount, line("200", None)]}));
    let kinds: Vec<_> =
        made["Line"].as_array().unwrap().iter().map(|line| line["DetailType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["SalesItemLineDetail", "SubTotalLineDetail", "DiscountLineDetail"]);
    assert_eq!(made["TotalAmt"], json!(183));
    let empty = json!({"DetailType": "DiscountLineDetail", "DiscountLineDetail": {}});
    assert_eq!(desk.refused("salesreceipt", json!({"Line": [line("1", None), empty]})), "6090");
    assert_eq!(desk.refused("salesreceipt", json!({"Line": [line("-1", None)]})), "6000");
}

#[test]
fn a_payment_is_linked_both_ways_and_lowers_the_balance() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "100");
    let (_, answer) = desk.pay(&ada, "70", &invoice["Id"], "60");
    let payment = &answer["Payment"];
    assert_eq!(
        (&payment["UnappliedAmt"], &payment["DepositToAccountRef"]["name"]),
        (&json!(10), &json!("Undeposited Funds"))
    );
    let paid = desk.read("Invoice", &invoice["Id"]);
    assert_eq!(paid["Balance"], json!(40));
    assert_eq!(paid["LinkedTxn"], json!([{"TxnId": payment["Id"], "TxnType": "Payment"}]));
    assert_eq!(desk.read("Customer", &ada)["Balance"], json!(30));

    let (_, too_much) = desk.pay(&ada, "50", &invoice["Id"], "41");
    assert_eq!(code(&too_much), "6000");
    let (_, beyond) = desk.pay(&ada, "5", &invoice["Id"], "6");
    assert_eq!(code(&beyond), "6000");
    let bob = desk.customer("Bob");
    assert_eq!(code(&desk.pay(&bob, "5", &invoice["Id"], "5").1), "620");
    assert_eq!(code(&desk.pay(&ada, "5", &json!("999"), "5").1), "2500");
    assert_eq!(
        desk.refused(
            "invoice?operation=delete",
            json!({"Id": invoice["Id"], "SyncToken": paid["SyncToken"]})
        ),
        "800"
    );
}

#[test]
fn without_its_payment_an_invoice_is_open_again() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "100");
    for operation in ["delete", "void"] {
        let (_, answer) = desk.pay(&ada, "100", &invoice["Id"], "100");
        assert_eq!(desk.read("Invoice", &invoice["Id"])["Balance"], json!(0));
        let body = json!({"Id": answer["Payment"]["Id"], "SyncToken": "0"});
        assert_eq!(desk.post(&format!("payment?operation={operation}"), &body).0, 200);
        let open = desk.read("Invoice", &invoice["Id"]);
        assert_eq!((&open["Balance"], &open["LinkedTxn"]), (&json!(100), &json!([])));
    }
}

#[test]
fn what_no_longer_fits_a_smaller_or_voided_invoice_stays_with_the_payment() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "100");
    let (_, answer) = desk.pay(&ada, "100", &invoice["Id"], "100");
    let payment = answer["Payment"]["Id"].clone();
    let smaller = json!({"Id": invoice["Id"], "SyncToken": "1", "sparse": true, "Line": [line("30", None)]});
    assert_eq!(desk.write("Invoice", smaller)["Balance"], json!(0));
    assert_eq!(desk.read("Payment", &payment)["UnappliedAmt"], json!(70));
    let version = desk.read("Invoice", &invoice["Id"])["SyncToken"].clone();
    desk.post("invoice?operation=void", &json!({"Id": invoice["Id"], "SyncToken": version}));
    let left = desk.read("Payment", &payment);
    assert_eq!((&left["UnappliedAmt"], &left["Line"]), (&json!(100), &json!([])));
    assert_eq!(desk.read("Customer", &ada)["Balance"], json!(-100));
}

#[test]
fn a_credit_memo_pays_an_invoice_through_a_payment_of_nothing() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "100");
    let memo = desk.write("CreditMemo", json!({"CustomerRef": {"value": ada}, "Line": [line("40", None)]}));
    assert_eq!(memo["RemainingCredit"], json!(40));
    let link = |id: &Value, kind: &str, amount: i32| json!({"Amount": amount, "LinkedTxn": [{"TxnId": id, "TxnType": kind}]});
    let lines = json!([link(&invoice["Id"], "Invoice", 25), link(&memo["Id"], "CreditMemo", 25)]);
    desk.write("Payment", json!({"CustomerRef": {"value": ada}, "TotalAmt": 0, "Line": lines}));
    assert_eq!(desk.read("CreditMemo", &memo["Id"])["RemainingCredit"], json!(15));
    assert_eq!(desk.read("Invoice", &invoice["Id"])["Balance"], json!(75));
    assert_eq!(desk.read("Customer", &ada)["Balance"], json!(60));
}

#[test]
fn a_deposit_takes_what_waits_and_holds_it() {
    let mut desk = Desk::new(CompanyKind::Us);
    let receipt = desk.write("SalesReceipt", json!({"Line": [line("50", None)]}));
    let body = json!({"DepositToAccountRef": {"value": "6"}, "Line": [
        {"Amount": 50, "LinkedTxn": [{"TxnId": receipt["Id"], "TxnType": "SalesReceipt"}]},
        {"Amount": -2, "DepositLineDetail": {"AccountRef": {"value": "23"}}},
    ]});
    let deposit = desk.write("Deposit", body.clone());
    assert_eq!(deposit["TotalAmt"], json!(48));
    assert_eq!(desk.refused("deposit", body), "6540");
    let held = desk.read("SalesReceipt", &receipt["Id"]);
    assert_eq!(
        desk.refused(
            "salesreceipt?operation=delete",
            json!({"Id": held["Id"], "SyncToken": held["SyncToken"]})
        ),
        "6540"
    );
    let accounts: Vec<_> =
        ["4", "6", "2", "23"].map(|id| desk.read("Account", &json!(id))["CurrentBalance"].clone()).to_vec();
    assert_eq!(accounts, [json!(0), json!(48), json!(50), json!(2)], "undeposited, bank, income, fees");
    desk.post("deposit?operation=delete", &json!({"Id": deposit["Id"], "SyncToken": "0"}));
    assert_eq!(desk.read("Account", &json!("4"))["CurrentBalance"], json!(50));
}

#[test]
fn a_journal_entry_is_in_balance() {
    let mut desk = Desk::new(CompanyKind::Us);
    let posting = |kind: &str, account: &str, amount: i32| {
        json!({"Amount": amount, "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": account}}})
    };
    let made =
        desk.write("JournalEntry", json!({"Line": [posting("Debit", "6", 5), posting("Credit", "2", 5)]}));
    assert_eq!(made["DocNumber"], "1");
    assert_eq!(
        desk.refused("journalentry", json!({"Line": [posting("Debit", "6", 5), posting("Credit", "2", 4)]})),
        "6000"
    );
    assert_eq!(
        desk.refused("journalentry", json!({"Line": [posting("Debit", "11", 5), posting("Credit", "2", 5)]})),
        "6000"
    );
}

#[test]
fn stock_goes_out_with_sales_and_comes_back_with_refunds() {
    let mut desk = Desk::new(CompanyKind::Us);
    let item = desk.write(
        "Item",
        json!({"Name": "Lamp", "Type": "Inventory", "TrackQtyOnHand": true, "QtyOnHand": 10, "InvStartDate": "2026-01-01",
            "IncomeAccountRef": {"value": "2"}, "AssetAccountRef": {"value": "20"}, "ExpenseAccountRef": {"value": "21"}}),
    );
    let sold = |quantity: &str| {
        let mut line = priced(quantity, "2", None);
        line["SalesItemLineDetail"]["ItemRef"]["value"] = item["Id"].clone();
        line
    };
    desk.write("SalesReceipt", json!({"Line": [sold("3")]}));
    desk.write("RefundReceipt", json!({"Line": [sold("1")], "DepositToAccountRef": {"value": "6"}}));
    assert_eq!(desk.read("Item", &item["Id"])["QtyOnHand"], json!(8));
    assert_eq!(desk.refused("salesreceipt", json!({"Line": [sold("1")], "TxnDate": "2025-12-31"})), "6270");
    assert_eq!(
        desk.refused("refundreceipt", json!({"Line": [sold("1")]})),
        "2020",
        "a refund says where money comes from"
    );
}

#[test]
fn a_bundle_is_the_sum_of_its_parts() {
    let mut desk = Desk::new(CompanyKind::Us);
    let bundle = desk.write("Item", json!({"Name": "Kit", "Type": "Group"}))["Id"].clone();
    let group = |item: &Value| {
        json!({"DetailType": "GroupLineDetail", "GroupLineDetail": {
            "GroupItemRef": {"value": item}, "Quantity": 1, "Line": [line("3", None), line("4.50", None)]}})
    };
    let made = desk.write("SalesReceipt", json!({"Line": [group(&bundle), line("1", None)]}));
    assert_eq!((&made["Line"][0]["Amount"], &made["TotalAmt"]), (&json!(7.5), &json!(8.5)));
    assert_eq!(desk.refused("salesreceipt", json!({"Line": [group(&json!("1"))]})), "6000");
}

#[test]
fn totals_are_by_object_and_currency() {
    let mut desk = Desk::new(CompanyKind::Us);
    let ada = desk.customer("Ada");
    let invoice = desk.invoice(&ada, "10.10");
    desk.invoice(&ada, "20.20");
    desk.pay(&ada, "10.10", &invoice["Id"], "10.10");
    let totals = desk.service.totals(REALM);
    let shown: Vec<_> = totals
        .iter()
        .map(|((kind, currency), it)| format!("{kind} {currency} {} {}", it.count, it.sum))
        .collect();
    assert_eq!(shown, ["Invoice USD 2 30.3", "Payment USD 1 10.1"]);
}

fn amounts() -> impl Strategy<Value = Vec<(u32, u32, usize)>> {
    prop::collection::vec((1..20_000_u32, 0..300_000_u32, 0..13_usize), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lines_and_tax_add_up_to_the_total(lines in amounts(), inclusive in any::<bool>(), stated in prop::option::of(0..100_000_u32)) {
        let mut desk = Desk::new(CompanyKind::Ca);
        let lines: Vec<Value> = lines.into_iter().map(|(quantity, price, code)| {
            let quantity = Decimal::new(quantity.into(), 3).to_string();
            let price = Decimal::new(price.into(), 4).to_string();
            let mut line = priced(&quantity, &price, None);
            line["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": (code + 1).to_string()});
            line
        }).collect();
        let mut body = json!({"Line": lines});
        if inclusive {
            body["GlobalTaxCalculation"] = json!("TaxInclusive");
        }
        if let Some(cents) = stated {
            body["TxnTaxDetail"] = json!({"TotalTax": Decimal::new(cents.into(), 2).to_string()});
        }
        let made = desk.write("SalesReceipt", body);
        let sum = |lines: &Value, wanted: &str| -> Decimal {
            lines.as_array().into_iter().flatten()
                .filter(|line| line["DetailType"] == wanted)
                .filter_map(|line| to_decimal(&line["Amount"]))
                .sum()
        };
        let net = sum(&made["Line"], "SalesItemLineDetail");
        let tax = sum(&made["TxnTaxDetail"]["TaxLine"], "TaxLineDetail");
        prop_assert_eq!(net, sum(&made["Line"], "SubTotalLineDetail"));
        prop_assert_eq!(to_decimal(&made["TxnTaxDetail"]["TotalTax"]), Some(tax));
        prop_assert_eq!(to_decimal(&made["TotalAmt"]), Some(net + tax));
    }
}
