//! Currencies: which a company uses, and which belong together.

use rust_decimal::Decimal;

use super::books::Books;
use super::entity::Draft;
use super::fault::{Fault, Outcome};
use super::kind::Kind;
use super::value::{Id, cents, decimal, money, number, refer, reference, set};

/// Code and name, as the service names them.
const NAMES: [(&str, &str); 16] = [
    ("AUD", "Australian Dollar"),
    ("BRL", "Brazilian Real"),
    ("CAD", "Canadian Dollar"),
    ("CHF", "Swiss Franc"),
    ("CNY", "Chinese Yuan Renminbi"),
    ("DKK", "Danish Krone"),
    ("EUR", "Euro"),
    ("GBP", "British Pound Sterling"),
    ("INR", "Indian Rupee"),
    ("JPY", "Japanese Yen"),
    ("MXN", "Mexican Peso"),
    ("NOK", "Norwegian Krone"),
    ("NZD", "New Zealand Dollar"),
    ("PLN", "Polish Zloty"),
    ("SEK", "Swedish Krona"),
    ("USD", "United States Dollar"),
];

/// The name of a currency; the code itself where there is none.
pub(super) fn name(code: &str) -> &str {
    NAMES.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// A code that can be added to a company.
pub(super) fn is_known(code: &str) -> bool {
    NAMES.iter().any(|(known, _)| *known == code)
}

/// The currency of a customer or vendor: the home one by default, and final.
pub(super) fn of_person(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    let old = draft.old.and_then(|old| reference(old, "CurrencyRef")).map(str::to_owned);
    let home = books.home_currency();
    let code = reference(&draft.object, "CurrencyRef").map(str::to_owned).or_else(|| old.clone());
    let code = code.unwrap_or_else(|| home.clone());
    if old.is_some_and(|old| old != code) {
        return Err(Fault::business("The currency of a customer or vendor cannot be changed."));
    }
    check_used(books, &code, &home)?;
    set(&mut draft.object, "CurrencyRef", refer(&code));
    Ok(())
}

fn check_used(books: &Books, code: &str, home: &str) -> Outcome<()> {
    let is_used =
        code == home || (books.prefers("CurrencyPrefs", "MultiCurrencyEnabled") && books.uses(code));
    if is_used { Ok(()) } else { Err(Fault::bad_currency(code)) }
}

/// The currency and the rate of a transaction. In a company with several currencies it must be stated, and be that
/// of the customer.
pub(super) fn of_transaction(books: &Books, draft: &mut Draft<'_>) -> Outcome<()> {
    let home = books.home_currency();
    let several = books.prefers("CurrencyPrefs", "MultiCurrencyEnabled");
    if several && draft.old.is_none() && !draft.object.contains_key("CurrencyRef") {
        return Err(Fault::missing("CurrencyRef"));
    }
    let old = draft.old.and_then(|old| reference(old, "CurrencyRef"));
    let code = reference(&draft.object, "CurrencyRef").or(old).unwrap_or(&home).to_owned();
    check_used(books, &code, &home)?;
    if let Some(customer) = reference(&draft.object, "CustomerRef").map(Id::new) {
        let theirs =
            books.get(Kind::Customer, &customer).and_then(|customer| reference(customer, "CurrencyRef"));
        if theirs.is_some_and(|theirs| theirs != code) {
            return Err(Fault::business(
                "The currency of the transaction must be the currency of the customer.",
            ));
        }
    }
    if let Some(account) = reference(&draft.object, "DepositToAccountRef").map(Id::new) {
        let of_account =
            books.get(Kind::Account, &account).and_then(|account| reference(account, "CurrencyRef"));
        if of_account.is_some_and(|of_account| of_account != home && of_account != code) {
            return Err(Fault::business(
                "The currency of the account must be that of the transaction or the home one.",
            ));
        }
    }
    if code == home {
        draft.object.remove("ExchangeRate");
    } else {
        let usual = books.company.rates.get(&code).copied().unwrap_or(Decimal::ONE);
        let rate = decimal(&draft.object, "ExchangeRate").unwrap_or(usual);
        if rate <= Decimal::ZERO {
            return Err(Fault::out_of_range("ExchangeRate", "ExchangeRate is above zero"));
        }
        set(&mut draft.object, "ExchangeRate", number(rate));
    }
    set(&mut draft.object, "CurrencyRef", refer(&code));
    Ok(())
}

/// The total in home units, for companies with several currencies.
pub(super) fn home_total(books: &Books, draft: &mut Draft<'_>) {
    if books.prefers("CurrencyPrefs", "MultiCurrencyEnabled") {
        let rate = decimal(&draft.object, "ExchangeRate").unwrap_or(Decimal::ONE);
        let total = cents(money(&draft.object, "TotalAmt") * rate);
        set(&mut draft.object, "HomeTotalAmt", number(total));
    }
}
