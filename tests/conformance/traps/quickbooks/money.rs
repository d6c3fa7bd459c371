//! Amounts, taxes, currencies: what is refused, and what is kept to the last digit.

use super::{and, line, of, with_books, with_settings};
use crate::traps::scene::{new, version};
use connector_emulators::quickbooks::CompanyKind;
use engine_contract::Op;
use serde_json::{Value, json};

fn priced(amount: &Value) -> Value {
    let mut priced = line(amount);
    priced["SalesItemLineDetail"]["Qty"] = serde_json::from_str("128.350").unwrap();
    priced["SalesItemLineDetail"]["UnitPrice"] = serde_json::from_str("14.50").unwrap();
    priced
}

/// 128.350 times 14.50 is 1861.075, and only 1861.08 is taken.
#[test]
fn an_amount_that_is_not_quantity_times_price_rounded_half_up_is_refused_in_these_words() {
    with_books(async |books| {
        let receipt = json!({"Line": [priced(&json!(1861.07))]});
        let said = books.refusal(Op::Create, "SalesReceipt", &receipt, &new("1")).await;
        assert!(said.contains("quantity times price, rounded half up") && said.contains("6070"), "{said}");
        assert!(!said.contains("1,861"), "amounts are nobody's business: {said}");
        let receipt = json!({"Line": [priced(&json!(1861.08))]});
        books.creates("SalesReceipt", &receipt, "2").await;
        assert_eq!(books.only("SalesReceipt")["TotalAmt"].to_string(), "1861.08");
    });
}

/// Amounts are numbers in JSON, and more digits than a binary fraction holds are kept.
#[test]
fn an_amount_keeps_all_its_digits_on_the_way() {
    with_books(async |books| {
        let amount: Value = serde_json::from_str("1234567890.12").unwrap();
        let write =
            books.job(Op::Create, "SalesReceipt", &json!({"Line": [line(&amount)]}), &new("1")).unwrap();
        assert!(String::from_utf8_lossy(&write.payload).contains("1234567890.12"));
        books.send(&[write]).await;
        assert_eq!(books.only("SalesReceipt")["TotalAmt"].to_string(), "1234567890.12");
    });
}

/// Without a total a payment is refused by a rule of bookkeeping, not by a rule of fields.
#[test]
fn a_payment_without_a_total_is_refused_for_good() {
    with_books(async |books| {
        let customer = books.customer("Ada");
        let payment = json!({"CustomerRef": {"value": customer}});
        assert_eq!(books.write(Op::Create, "Payment", &payment, &new("1")).await, "refused Invalid");
    });
}

/// Lines are taxed or not in the USA; elsewhere each has a code.
#[test]
fn a_tax_code_of_a_line_is_tax_or_non_in_the_usa_and_a_real_one_elsewhere() {
    let taxed = |code: &str| {
        let mut taxed = line(&json!(10));
        taxed["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": code});
        json!({"Line": [taxed]})
    };
    with_books(async |books| {
        let said = books.refusal(Op::Create, "SalesReceipt", &taxed("2"), &new("1")).await;
        assert!(said.contains("`TAX` or `NON`"), "{said}");
        books.creates("SalesReceipt", &taxed("NON"), "2").await;
    });
    with_settings(of(CompanyKind::Ca), async |books| {
        let receipt = and(
            &taxed("2"),
            &json!({"GlobalTaxCalculation": "NotApplicable",
            "TxnTaxDetail": {"TotalTax": 1}}),
        );
        let said = books.refusal(Op::Create, "SalesReceipt", &receipt, &new("1")).await;
        assert!(said.contains("NotApplicable"), "{said}");
        let receipt = and(&taxed("2"), &json!({"GlobalTaxCalculation": "TaxExcluded"}));
        books.creates("SalesReceipt", &receipt, "2").await;
    });
}

/// A customer's currency is final, and a transaction must be in it.
#[test]
fn another_currency_than_the_customers_is_refused() {
    let mut settings = of(CompanyKind::Us);
    settings.companies[0].preferences.multi_currency = true;
    with_settings(settings, async |books| {
        let eve = json!({"DisplayName": "Eve", "CurrencyRef": {"value": "EUR"}});
        let id = books.creates("Customer", &eve, "1").await;
        let sale = |currency: &str| {
            json!({"CustomerRef": {"value": id}, "Line": [line(&json!(10))],
                "CurrencyRef": {"value": currency}, "ExchangeRate": 1.1})
        };
        assert_eq!(books.write(Op::Create, "Invoice", &sale("USD"), &new("2")).await, "refused Invalid");
        books.creates("Invoice", &sale("EUR"), "3").await;
        let moved = json!({"CurrencyRef": {"value": "USD"}});
        let told = books.write(Op::Update, "Customer", &moved, &version(&id, "0")).await;
        assert_eq!(told, "refused Invalid");
        let match_on = ["DisplayName".to_owned(), "CurrencyRef.value".to_owned()];
        let wanted = |currency: &str| {
            let fields = json!({"DisplayName": "Eve", "CurrencyRef": {"value": currency}});
            engine_contract::Value::from(fields).as_map().unwrap().clone()
        };
        let wanted = [wanted("USD"), wanted("EUR")];
        let found = books.target().matches(&books.context, "Customer", &match_on, &wanted).await.unwrap();
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1], "nor is she adopted for another");
    });
}

/// Shipping is an item of its own, where the company ships.
#[test]
fn shipping_where_the_company_does_not_ship_is_unsupported() {
    let mut settings = of(CompanyKind::Us);
    settings.companies[0].preferences.allow_shipping = false;
    let mut shipping = line(&json!(7.5));
    shipping["SalesItemLineDetail"]["ItemRef"]["value"] = json!("SHIPPING_ITEM_ID");
    with_settings(settings, async |books| {
        let receipt = json!({"Line": [shipping]});
        assert_eq!(books.write(Op::Create, "SalesReceipt", &receipt, &new("1")).await, "refused Unsupported");
    });
}

/// Closed books take nothing dated in them, with a password or without.
#[test]
fn a_date_in_closed_books_is_closed_with_a_password_or_without() {
    for with_password in [false, true] {
        let mut settings = of(CompanyKind::Us);
        let preferences = &mut settings.companies[0].preferences;
        preferences.book_close_date = Some("2026-01-31".parse().unwrap());
        preferences.closed_with_password = with_password;
        with_settings(settings, async |books| {
            let receipt = |day: &str| json!({"Line": [line(&json!(10))], "TxnDate": day});
            let told = books.write(Op::Create, "SalesReceipt", &receipt("2026-01-31"), &new("1")).await;
            assert_eq!(told, "refused Closed");
            books.creates("SalesReceipt", &receipt("2026-02-01"), "2").await;
        });
    }
}

/// A sale in Canada, of one line with the code that taxes.
fn taxed(amount: &Value, code: &str) -> Value {
    let mut taxed = line(amount);
    taxed["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": code});
    taxed
}

/// Outside of the USA each line has its tax code, in updates too, and taxes that come back with other amounts stay as
/// they were.
#[test]
fn outside_of_the_usa_new_amounts_are_taxed_anew_and_every_line_brings_its_code() {
    with_settings(of(CompanyKind::Ca), async |books| {
        let mut taxes = books.held("TaxCode").into_iter();
        let code = taxes.find(|code| code["Name"] == "GST").unwrap()["Id"].as_str().unwrap().to_owned();
        let sale = and(
            &books.sale(&json!(100)),
            &json!({"Line": [taxed(&json!(100), &code)], "GlobalTaxCalculation": "TaxExcluded"}),
        );
        let id = books.creates("Invoice", &sale, "1").await;
        let tax = |invoice: &Value| invoice["TxnTaxDetail"]["TotalTax"].clone();
        let before = books.only("Invoice");
        assert_eq!((tax(&before), &before["TotalAmt"]), (json!(5), &json!(105)));

        let lines = json!({"Line": [taxed(&json!(200), &code)]});
        assert_eq!(
            books.write(Op::Update, "Invoice", &lines, &version(&id, "0")).await,
            format!("applied {id}")
        );
        let after = books.only("Invoice");
        assert_eq!((tax(&after), &after["TotalAmt"]), (json!(10), &json!(210)));

        let without = json!({"Line": [line(&json!(300))]});
        let said = books.refusal(Op::Update, "Invoice", &without, &version(&id, "1")).await;
        assert!(said.contains("bookkeeping") && said.contains("6000"), "{said}");

        // What a program does that reads an invoice, changes an amount and sends all of it back.
        let mut whole = after.clone();
        whole["Line"] = json!([taxed(&json!(300), &code)]);
        let outdated = books.made("Invoice", &whole);
        assert_eq!((tax(&outdated), &outdated["TotalAmt"]), (json!(10), &json!(310)));
    });
}

/// An invoice that is to be sent needs an address to be sent to, its own or the customer's.
#[test]
fn an_invoice_that_is_to_be_sent_without_an_address_is_refused_with_words_that_say_so() {
    with_books(async |books| {
        let sale = and(&books.sale(&json!(10)), &json!({"EmailStatus": "NeedToSend"}));
        let said = books.refusal(Op::Create, "Invoice", &sale, &new("1")).await;
        assert!(said.contains("`BillEmail`") && said.contains("2020"), "{said}");
        let addressed = and(&sale, &json!({"BillEmail": {"Address": "ada@example.com"}}));
        books.creates("Invoice", &addressed, "2").await;
    });
}

/// Money lands in a bank account or in another current asset, such as a clearing account.
#[test]
fn money_that_would_land_in_an_account_of_another_kind_is_refused_for_good() {
    with_books(async |books| {
        let into =
            |account: &str| json!({"Line": [line(&json!(10))], "DepositToAccountRef": {"value": account}});
        assert_eq!(
            books.write(Op::Create, "SalesReceipt", &into("1"), &new("1")).await,
            "refused Invalid",
            "an account of income"
        );
        books.creates("SalesReceipt", &into("8"), "2").await;
    });
}

/// A payment pays no more than its own total, and its own customer's invoices alone.
#[test]
fn a_payment_of_more_than_its_total_or_of_another_customers_invoice_is_refused() {
    with_books(async |books| {
        let invoice = books.made("Invoice", &books.sale(&json!(10)));
        let eve = books.customer("Eve");
        let pays = |customer: &Value, total: u32| {
            json!({"CustomerRef": {"value": customer}, "TotalAmt": total,
                "Line": [{"Amount": 10, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}]})
        };
        let own = &invoice["CustomerRef"]["value"];
        assert_eq!(books.write(Op::Create, "Payment", &pays(own, 5), &new("1")).await, "refused Invalid");
        assert_eq!(books.write(Op::Create, "Payment", &pays(&eve, 10), &new("2")).await, "refused Invalid");
        books.creates("Payment", &pays(own, 10), "3").await;
    });
}
