//! What a journal of requests restores, and what holds after any history.

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Desk, REALM, line, settings};
use crate::Emulator;
use crate::quickbooks::value::to_decimal;
use crate::quickbooks::{CompanyKind, QuickBooks};

#[derive(Debug, Clone)]
enum Act {
    Customer(u8),
    Invoice(u8, u16),
    Credit(u8, u16),
    Pay(u8, u8, u16, u16),
    Shrink(u8, u16),
    Void(u8),
    DeletePayment(u8),
    Deactivate(u8),
    Batch(u8, u16),
    Read,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0..6_u8).prop_map(Act::Customer),
        (1..5_u8, 0..500_u16).prop_map(|(who, amount)| Act::Invoice(who, amount)),
        (1..5_u8, 0..500_u16).prop_map(|(who, amount)| Act::Credit(who, amount)),
        (1..5_u8, 1..12_u8, 0..500_u16, 0..500_u16)
            .prop_map(|(who, of, total, amount)| Act::Pay(who, of, total, amount)),
        (1..12_u8, 0..500_u16).prop_map(|(of, amount)| Act::Shrink(of, amount)),
        (1..12_u8).prop_map(Act::Void),
        (1..12_u8).prop_map(Act::DeletePayment),
        (1..5_u8).prop_map(Act::Deactivate),
        (1..5_u8, 0..500_u16).prop_map(|(who, amount)| Act::Batch(who, amount)),
        Just(Act::Read),
    ];
    prop::collection::vec(act, 1..40)
}

fn version(desk: &mut Desk, kind: &str, id: u8) -> Value {
    let (_, answer) = desk.get(&format!("{}/{id}", kind.to_lowercase()));
    answer[kind]["SyncToken"].clone()
}

/// Does something that may be accepted or refused.
fn act(desk: &mut Desk, act: &Act) {
    let sale = |who: u8, amount: u16| json!({"CustomerRef": {"value": who.to_string()}, "Line": [line(&amount.to_string(), None)]});
    match *act {
        Act::Customer(name) => drop(desk.post("customer", &json!({"DisplayName": format!("C{name}")}))),
        Act::Invoice(who, amount) => drop(desk.post("invoice", &sale(who, amount))),
        Act::Credit(who, amount) => drop(desk.post("creditmemo", &sale(who, amount))),
        Act::Pay(who, of, total, amount) => {
            drop(desk.pay(
                &json!(who.to_string()),
                &total.to_string(),
                &json!(of.to_string()),
                &amount.to_string(),
            ));
        }
        Act::Shrink(of, amount) => {
            let token = version(desk, "Invoice", of);
            let body = json!({"Id": of.to_string(), "SyncToken": token, "sparse": true, "Line": [line(&amount.to_string(), None)]});
            drop(desk.post("invoice", &body));
        }
        Act::Void(of) => {
            let token = version(desk, "Invoice", of);
            drop(desk.post("invoice?operation=void", &json!({"Id": of.to_string(), "SyncToken": token})));
        }
        Act::DeletePayment(of) => {
            let token = version(desk, "Payment", of);
            drop(desk.post("payment?operation=delete", &json!({"Id": of.to_string(), "SyncToken": token})));
        }
        Act::Deactivate(who) => {
            let token = version(desk, "Customer", who);
            let body = json!({"Id": who.to_string(), "SyncToken": token, "sparse": true, "Active": false});
            drop(desk.post("customer", &body));
        }
        Act::Batch(who, amount) => {
            let items = json!({"BatchItemRequest": [
                {"bId": "1", "operation": "create", "Invoice": sale(who, amount)},
                {"bId": "2", "operation": "create", "SalesReceipt": {"Line": [line(&amount.to_string(), None)]}},
            ]});
            drop(desk.post(&format!("batch?requestid=b{}", amount % 7), &items));
        }
        Act::Read => drop(desk.query("select * from Invoice")),
    }
    desk.now += jiff::SignedDuration::from_secs(1);
}

fn everything(service: &QuickBooks) -> Vec<Value> {
    ["Customer", "Invoice", "CreditMemo", "Payment", "SalesReceipt", "Account", "Item"]
        .into_iter()
        .flat_map(|kind| service.objects(REALM, kind))
        .collect()
}

fn amount(object: &Value, field: &str) -> Decimal {
    to_decimal(&object[field]).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_journal_without_reads_restores_the_state_and_repeats_the_answers(acts in acts()) {
        let mut desk = Desk::new(CompanyKind::Us);
        for it in &acts {
            act(&mut desk, it);
        }
        let journal = std::mem::take(&mut desk.journal);
        let mut restored = QuickBooks::new(settings(CompanyKind::Us));
        for (request, at, answer) in &journal {
            let again = restored.handle(request, *at);
            prop_assert_eq!(again.body(), answer);
        }
        prop_assert_eq!(everything(&restored), everything(&desk.service));
    }

    #[test]
    fn balances_are_never_negative_and_add_up(acts in acts()) {
        let mut desk = Desk::new(CompanyKind::Us);
        for it in &acts {
            act(&mut desk, it);
        }
        let invoices = desk.service.objects(REALM, "Invoice");
        let payments = desk.service.objects(REALM, "Payment");
        let memos = desk.service.objects(REALM, "CreditMemo");
        for invoice in &invoices {
            let applied: Decimal = payments.iter().flat_map(|payment| payment["Line"].as_array().unwrap())
                .filter(|line| line["LinkedTxn"][0]["TxnId"] == invoice["Id"])
                .map(|line| amount(line, "Amount")).sum();
            prop_assert!(amount(invoice, "Balance") >= Decimal::ZERO);
            prop_assert_eq!(amount(invoice, "TotalAmt") - applied, amount(invoice, "Balance"));
        }
        for payment in &payments {
            prop_assert!(amount(payment, "UnappliedAmt") >= Decimal::ZERO);
        }
        for customer in desk.service.objects(REALM, "Customer") {
            let of = |objects: &[Value], field: &str| -> Decimal {
                objects.iter().filter(|it| it["CustomerRef"]["value"] == customer["Id"]).map(|it| amount(it, field)).sum()
            };
            let owed = of(&invoices, "Balance") - of(&payments, "UnappliedAmt") - of(&memos, "RemainingCredit");
            prop_assert_eq!(amount(&customer, "Balance"), owed);
        }
        let debits: Decimal = desk.service.objects(REALM, "Account").iter().map(|account| {
            let is_debit = ["Asset", "Expense"].contains(&account["Classification"].as_str().unwrap());
            if is_debit { amount(account, "CurrentBalance") } else { -amount(account, "CurrentBalance") }
        }).sum();
        prop_assert_eq!(debits, Decimal::ZERO, "debits equal credits");
    }
}
