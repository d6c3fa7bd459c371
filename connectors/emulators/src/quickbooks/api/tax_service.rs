//! New tax codes: the only way to make codes and rates.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::quickbooks::books::{Books, Space};
use crate::quickbooks::company::taxes;
use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::value::{Id, Object, number, objects, set, text, to_decimal};

/// A code with rates that exist (`TaxRateId`) or are new (`TaxRateName`, `RateValue`, `TaxAgencyId`). The answer has
/// no envelope but the code, its id and the rates.
pub(super) fn create(books: &mut Books, body: &Object, now: Timestamp) -> Outcome<Object> {
    let name = text(body, "TaxCode").ok_or_else(|| Fault::missing("TaxCode"))?.to_owned();
    if name.chars().count() > 100 {
        return Err(Fault::length("TaxCode", 100, name.chars().count()));
    }
    if books.holder(Space::List(Kind::TaxCode), &name, None).is_some() {
        return Err(Fault::duplicate_name("tax code"));
    }
    let details: Vec<&Object> = objects(body, "TaxRateDetails").collect();
    if details.is_empty() {
        return Err(Fault::missing("TaxRateDetails"));
    }
    let (mut sales, mut purchases, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for detail in details {
        let rate = match text(detail, "TaxRateId") {
            Some(id) if books.get(Kind::TaxRate, &Id::new(id)).is_some() => id.to_owned(),
            Some(id) => return Err(Fault::unknown_reference("TaxRateId", id)),
            None => new_rate(books, detail, now)?,
        };
        let applies = text(detail, "TaxApplicableOn").unwrap_or("Sales");
        match applies {
            "Sales" => sales.push(rate.clone()),
            "Purchase" => purchases.push(rate.clone()),
            _ => return Err(Fault::bad_choice("TaxApplicableOn")),
        }
        shown.push(described(books, &rate, applies));
    }
    let Value::Object(code) = taxes::code(&name, &sales, &purchases) else {
        return Err(Fault::system(500));
    };
    let id = books.insert(Kind::TaxCode, code, now);
    let mut answer = Object::new();
    set(&mut answer, "TaxCode", name);
    set(&mut answer, "TaxCodeId", id.as_str());
    set(&mut answer, "TaxRateDetails", shown);
    Ok(answer)
}

fn new_rate(books: &mut Books, detail: &Object, now: Timestamp) -> Outcome<String> {
    let name = text(detail, "TaxRateName").ok_or_else(|| Fault::missing("TaxRateName"))?;
    let agency = text(detail, "TaxAgencyId").ok_or_else(|| Fault::missing("TaxAgencyId"))?;
    if books.get(Kind::TaxAgency, &Id::new(agency)).is_none() {
        return Err(Fault::unknown_reference("TaxAgencyId", agency));
    }
    if books.holder(Space::List(Kind::TaxRate), name, None).is_some() {
        return Err(Fault::duplicate_name("tax rate"));
    }
    let value = detail.get("RateValue").ok_or_else(|| Fault::missing("RateValue"))?;
    let percent = to_decimal(value).ok_or_else(|| Fault::bad_number("RateValue"))?;
    if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
        return Err(Fault::out_of_range("RateValue", "A rate is between 0 and 100"));
    }
    let Value::Object(rate) = taxes::rate(name, &number(percent), agency) else {
        return Err(Fault::system(500));
    };
    Ok(books.insert(Kind::TaxRate, rate, now).as_str().to_owned())
}

fn described(books: &Books, rate: &str, applies: &str) -> Value {
    let stored = books.get(Kind::TaxRate, &Id::new(rate));
    let percent = stored.and_then(|rate| rate.get("RateValue")).map(ToString::to_string).unwrap_or_default();
    json!({
        "TaxRateName": stored.and_then(|rate| text(rate, "Name")),
        "TaxRateId": rate,
        "RateValue": format!("{percent}%"),
        "TaxAgencyId": stored.and_then(|rate| crate::quickbooks::value::reference(rate, "AgencyRef")),
        "TaxApplicableOn": applies,
    })
}
