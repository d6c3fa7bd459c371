//! Fills the books of a new company.

use serde_json::{Value, json};

use super::{accounts, preferences, taxes};
use crate::quickbooks::books::Books;
use crate::quickbooks::currency;
use crate::quickbooks::kind::Kind;
use crate::quickbooks::settings::{Company, CompanyKind};
use crate::quickbooks::time;
use crate::quickbooks::value::{Id, number, set, to_decimal};

/// Name and type of the ways of payment.
const PAYMENT_METHODS: [(&str, &str); 8] = [
    ("Cash", "NON_CREDIT_CARD"),
    ("Check", "NON_CREDIT_CARD"),
    ("Visa", "CREDIT_CARD"),
    ("MasterCard", "CREDIT_CARD"),
    ("American Express", "CREDIT_CARD"),
    ("Stripe", "NON_CREDIT_CARD"),
    ("PayPal", "NON_CREDIT_CARD"),
    ("Bank transfer", "NON_CREDIT_CARD"),
];

/// Name and days of the terms.
const TERMS: [(&str, u32); 4] = [("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60)];

/// Name and income account of the items.
const ITEMS: [(&str, &str); 6] = [
    ("Services", "3"),
    ("Hours", "3"),
    ("Web sale", "2"),
    ("Fee", "18"),
    ("Gift card", "2"),
    ("Refund adjustment", "19"),
];

pub(in crate::quickbooks) fn fill(books: &mut Books) {
    let company = books.company.clone();
    add(books, Kind::Preferences, preferences::of(&company));
    add(books, Kind::CompanyInfo, info(&company));
    for code in std::iter::once(&company.home_currency).chain(&company.currencies) {
        add(
            books,
            Kind::CompanyCurrency,
            json!({"Code": code, "Name": currency::name(code), "Active": true}),
        );
    }
    for (name, account_type, subtype) in accounts::ACCOUNTS {
        let classification = accounts::of_type(account_type).map(|class| class.classification);
        let account = json!({
            "Name": name,
            "AccountType": account_type,
            "AccountSubType": subtype,
            "Classification": classification,
            "Active": true,
            "SubAccount": false,
            "CurrencyRef": {"value": company.home_currency},
        });
        add(books, Kind::Account, account);
    }
    for (name, days) in TERMS {
        let term = json!({
            "Name": name,
            "Active": true,
            "Type": "STANDARD",
            "DueDays": days,
            "DiscountPercent": 0,
            "DiscountDays": 0,
        });
        add(books, Kind::Term, term);
    }
    for (name, kind) in PAYMENT_METHODS {
        add(books, Kind::PaymentMethod, json!({"Name": name, "Active": true, "Type": kind}));
    }
    add_taxes(books, company.kind);
    for (name, income) in ITEMS {
        let item = json!({
            "Name": name,
            "Active": true,
            "Type": "Service",
            "Taxable": false,
            "TrackQtyOnHand": false,
            "UnitPrice": 0,
            "IncomeAccountRef": {"value": income},
        });
        add(books, Kind::Item, item);
    }
}

fn add(books: &mut Books, kind: Kind, value: Value) {
    if let Value::Object(object) = value {
        let opened = books.company.opened;
        books.insert(kind, object, opened);
    }
}

fn add_taxes(books: &mut Books, kind: CompanyKind) {
    let agency = json!({"DisplayName": taxes::agency(kind), "TaxTrackedOnSales": true, "TaxTrackedOnPurchases": false});
    add(books, Kind::TaxAgency, agency);
    let (rates, codes) = taxes::of(kind);
    for (name, percent) in rates {
        let percent = to_decimal(&Value::from(*percent)).map_or(Value::Null, number);
        add(books, Kind::TaxRate, taxes::rate(name, &percent, "1"));
    }
    if books.is_us() {
        pseudo_code(books, "TAX", true);
        pseudo_code(books, "NON", false);
        // Published companies number their first code 2.
        books.count_past(Kind::TaxCode.counter(), 1);
    }
    for (name, rates) in codes {
        let rates: Vec<String> = rates.iter().map(|&rate| rate.to_owned()).collect();
        add(books, Kind::TaxCode, taxes::code(name, &rates, &[]));
    }
}

/// `TAX` and `NON` are no real codes: they have neither a version nor a state.
fn pseudo_code(books: &mut Books, name: &str, taxable: bool) {
    let stamp = time::stamp(books.company.opened, &books.zone);
    let code = json!({
        "Id": name,
        "Name": name,
        "Description": name,
        "Taxable": taxable,
        "TaxGroup": false,
        "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
    });
    if let Value::Object(object) = code {
        books.put(Kind::TaxCode, Id::new(name), object);
    }
}

fn info(company: &Company) -> Value {
    let (country, region, city, line, postal_code) = match company.kind {
        CompanyKind::Us | CompanyKind::UsAst => ("US", "CA", "Mountain View", "2500 Garcia Ave", "94043"),
        CompanyKind::Ca => ("CA", "AB", "Edmonton", "10220 103 Ave NW", "T5J 0K4"),
        CompanyKind::Eu => ("FR", "IDF", "Paris", "1 rue de la Paix", "75002"),
    };
    let mut address = serde_json::Map::new();
    for (field, value) in [
        ("Id", "1"),
        ("Line1", line),
        ("City", city),
        ("CountrySubDivisionCode", region),
        ("PostalCode", postal_code),
        ("Country", country),
    ] {
        set(&mut address, field, value);
    }
    json!({
        "CompanyName": company.name,
        "LegalName": company.name,
        "CompanyAddr": address,
        "LegalAddr": address,
        "CustomerCommunicationAddr": address,
        "Country": country,
        "Email": {"Address": "books@example.com"},
        "WebAddr": {},
        "PrimaryPhone": {},
        "SupportedLanguages": "en",
        "FiscalYearStartMonth": "January",
        "CompanyStartDate": time::today(company.opened, &jiff::tz::TimeZone::UTC).to_string(),
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
        ],
    })
}
