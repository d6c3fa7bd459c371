//! The faults of the accounting API, worded as the service words them.
//!
//! Sources: the service's pages on error codes and on common errors, and bodies that were published. Codes that
//! the service documents without a text have a text of our own; each constructor says so.

use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
    pub(super) detail: String,
    pub(super) element: String,
}

/// What an operation gives, or why it does not.
pub(super) type Outcome<T> = Result<T, Fault>;

impl Fault {
    fn new(code: &'static str, message: &'static str, detail: impl Into<String>, element: &str) -> Self {
        Self {
            status: 400,
            kind: "ValidationFault",
            code,
            message,
            detail: detail.into(),
            element: element.to_owned(),
        }
    }

    /// The `Fault` object of an answer.
    pub(super) fn to_value(&self) -> Value {
        json!({
            "Error": [{
                "Message": self.message,
                "Detail": self.detail,
                "code": self.code,
                "element": self.element,
            }],
            "type": self.kind,
        })
    }

    /// 500: a path, a method or an object that the API does not have.
    pub(super) fn unsupported_operation(what: &str) -> Self {
        Self::new("500", "Unsupported Operation", format!("Operation {what} is not supported."), "")
    }

    /// 500: bytes that are no UTF-8.
    pub(super) fn bad_bytes() -> Self {
        let detail = "com.sun.org.apache.xerces.internal.impl.io.MalformedByteSequenceException: \
                      Invalid byte 1 of 1-byte UTF-8 sequence.";
        Self::new("500", "Unsupported Operation", detail, "")
    }

    /// 600: a request id that was used for something else, where the emulator is told to refuse it.
    pub(super) fn duplicate_request() -> Self {
        Self::new(
            "600",
            "Duplicate Request ID",
            "The request id was already used by another request.",
            "requestid",
        )
    }

    /// 610: not there, or put out of use.
    pub(super) fn not_found() -> Self {
        Self::new(
            "610",
            "Object Not Found",
            "Object Not Found : Something you're trying to use has been made inactive. \
             Check the fields with accounts, customers, items, vendors or employees.",
            "",
        )
    }

    /// 620: a transaction that cannot be linked. The text after the code's name is ours.
    pub(super) fn cannot_link(id: &str) -> Self {
        Self::new(
            "620",
            "Transaction cannot be linked",
            format!("Transaction {id} cannot be linked: it is void, of another customer or of another kind."),
            "LinkedTxn.TxnId",
        )
    }

    /// 800: other objects depend on it. The text is ours.
    pub(super) fn has_dependents(detail: &str) -> Self {
        Self::new("800", "Cannot delete object, it has dependencies", detail, "")
    }

    /// 900: its own parent. The text is ours.
    pub(super) fn own_parent() -> Self {
        Self::new(
            "900",
            "An object cannot be its own parent",
            "ParentRef leads back to the object.",
            "ParentRef",
        )
    }

    /// 1040: more than 30 items.
    pub(super) fn batch_too_big() -> Self {
        Self::new("1040", "Batch size exceeds allowed limit", "Maximum number of batch items is 30.", "")
    }

    /// 2000: a body that is not understood.
    pub(super) fn bad_body(detail: impl Into<String>) -> Self {
        Self::new("2000", "Invalid object in request", detail, "")
    }

    pub(super) fn unknown_property(name: &str) -> Self {
        Self::new(
            "2010",
            "Request has invalid or unsupported property",
            format!("Property Name:{name} specified is unsupported or invalid"),
            name,
        )
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::new(
            "2020",
            "Required param missing, need to supply the required value for the API",
            format!("Required parameter {name} is missing in the request"),
            name,
        )
    }

    pub(super) fn bad_id(name: &str) -> Self {
        Self::new("2030", "Invalid ID", format!("{name} is not a valid id"), name)
    }

    /// 2040: characters that the field or the company cannot hold.
    pub(super) fn bad_text(name: &str, detail: &str) -> Self {
        Self::new("2040", "Invalid String. String contains invalid characters", detail, name)
    }

    pub(super) fn length(name: &str, max: usize, supplied: usize) -> Self {
        Self::new(
            "2050",
            "String length is either shorter or longer than supported by specification",
            format!("Min:0 Max:{max} supplied length: {supplied}"),
            name,
        )
    }

    pub(super) fn bad_date(name: &str) -> Self {
        Self::new("2060", "Invalid date", format!("{name} is not a date such as 2026-01-31"), name)
    }

    pub(super) fn bad_number(name: &str) -> Self {
        Self::new("2090", "Invalid Number", format!("{name} is not a number"), name)
    }

    pub(super) fn request_id(detail: &str) -> Self {
        Self::new("2130", "Invalid Request Id Format", detail, "requestid")
    }

    pub(super) fn bad_choice(name: &str) -> Self {
        Self::new("2170", "Invalid Enumeration", format!("{name} has a value that is not of its list"), name)
    }

    pub(super) fn bad_type(name: &str) -> Self {
        Self::new("2110", "Invalid type", format!("{name} is of another type"), name)
    }

    pub(super) fn bad_email(name: &str) -> Self {
        Self::new("2210", "Email Address does not conform to the syntax rules of RFC 822", name, name)
    }

    pub(super) fn bad_currency(code: &str) -> Self {
        Self::new("2220", "Invalid Currency Code", format!("The company does not use {code}"), "CurrencyRef")
    }

    pub(super) fn bad_flag(name: &str) -> Self {
        Self::new("2230", "Invalid Boolean", format!("{name} is neither true nor false"), name)
    }

    pub(super) fn out_of_range(name: &str, detail: &str) -> Self {
        Self::new("2240", "Value out of range", detail, name)
    }

    pub(super) fn unknown_reference(field: &str, id: &str) -> Self {
        let detail = format!("Invalid Reference Id : {field} element id {id} not found");
        Self::new("2500", "Invalid Reference Id", detail, field)
    }

    /// 2500 in its other wording: an account that was put out of use.
    pub(super) fn inactive_account(field: &str) -> Self {
        Self::new(
            "2500",
            "Invalid Reference Id",
            "Invalid Reference Id : Something you're trying to use has been made inactive. \
             Check the fields with accounts.",
            field,
        )
    }

    pub(super) fn custom_field(detail: &str) -> Self {
        Self::new("3000", "Invalid custom field", detail, "CustomField")
    }

    pub(super) fn query_syntax(detail: impl Into<String>) -> Self {
        Self::new("4000", "Error parsing query", format!("QueryParserError: {}", detail.into()), "")
    }

    pub(super) fn query_rule(detail: impl Into<String>) -> Self {
        Self::new("4001", "Invalid query", format!("QueryValidationError: {}", detail.into()), "")
    }

    pub(super) fn stale() -> Self {
        Self::new(
            "5010",
            "Stale Object Error",
            "Stale Object Error : You and root were working on this at the same time. \
             root finished before you did, so your work was not saved.",
            "",
        )
    }

    /// 5030: a feature that the company's preferences have off. The text is ours.
    pub(super) fn feature_off(preference: &str) -> Self {
        Self::new("5030", "Feature Not Supported", format!("{preference} is off in this company"), preference)
    }

    pub(super) fn business(detail: &str) -> Self {
        Self::new(
            "6000",
            "A business validation error has occurred while processing your request",
            format!("Business Validation Error: {detail}"),
            "",
        )
    }

    pub(super) fn account_kind(field: &str) -> Self {
        Self::new(
            "6430",
            "Invalid account type",
            format!("The account of {field} is of a kind it cannot be"),
            field,
        )
    }

    pub(super) fn amount_mismatch(supplied: Decimal) -> Self {
        let supplied = grouped(supplied);
        Self::new(
            "6070",
            "Amount calculation incorrect in the request",
            format!("Amount is not equal to UnitPrice * Qty. Supplied value:{supplied}"),
            "Line.Amount",
        )
    }

    pub(super) fn no_name() -> Self {
        Self::new(
            "6080",
            "Name is missing",
            "One of DisplayName, GivenName, FamilyName must be there",
            "DisplayName",
        )
    }

    pub(super) fn empty_discount() -> Self {
        Self::new("6090", "A discount needs an amount or a percentage", "DiscountLineDetail", "Line")
    }

    pub(super) fn us_line_tax_code() -> Self {
        Self::new("6100", "Invalid tax code", "The TaxCodeRef of a line must be TAX or NON", "TaxCodeRef")
    }

    pub(super) fn duplicate_number() -> Self {
        Self::new(
            "6140",
            "Duplicate Document Number Error",
            "Duplicate Document Number Error : You must specify a different number. \
             This number has already been used.",
            "DocNumber",
        )
    }

    pub(super) fn bad_tax_code(field: &str) -> Self {
        Self::new(
            "6160",
            "Invalid TaxCodeRef",
            format!("{field} is unknown, inactive or not of these lines"),
            field,
        )
    }

    pub(super) fn tax_not_applicable() -> Self {
        Self::new(
            "6170",
            "TxnTaxDetail is not allowed",
            "TxnTaxDetail is not allowed when GlobalTaxCalculation is NotApplicable",
            "TxnTaxDetail",
        )
    }

    pub(super) fn too_deep() -> Self {
        Self::new("6180", "Too many levels", "A hierarchy has at most five levels", "ParentRef")
    }

    pub(super) fn books_closed(with_password: bool) -> Self {
        let code = if with_password { "6210" } else { "6200" };
        Self::new(
            code,
            "Account Period Closed, Cannot Update Through Services API",
            "The account period has closed and the account books cannot be updated through through the QBO \
             Services API. Please use the QBO website to make these changes.",
            "TxnDate",
        )
    }

    pub(super) fn duplicate_name(who: &'static str) -> Self {
        Self::new(
            "6240",
            "Duplicate Name Exists Error",
            format!(
                "The name supplied already exists. : Another {who} is already using this name. \
                     Please use a different name."
            ),
            "",
        )
    }

    pub(super) fn before_inventory_start() -> Self {
        Self::new(
            "6270",
            "Transaction date is prior to start date for inventory item",
            "Transaction date is prior to start date for inventory item",
            "TxnDate",
        )
    }

    pub(super) fn deposited() -> Self {
        Self::new(
            "6540",
            "Deposited transactions cannot be changed",
            "The transaction is part of a deposit",
            "",
        )
    }

    /// 10000: the service fails; a client may send the request again.
    pub(super) fn system(status: u16) -> Self {
        Self {
            status,
            kind: "SystemFault",
            code: "10000",
            message: "An application error has occurred while processing your request",
            detail: "System Failure Error: the request could not be processed".to_owned(),
            element: String::new(),
        }
    }
}

/// A sum with commas between thousands, as the service shows it: `1,861.07`.
fn grouped(amount: Decimal) -> String {
    let text = amount.abs().to_string();
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut shown = String::new();
    if amount.is_sign_negative() {
        shown.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    if let Some(rest) = rest {
        shown.push('.');
        shown.push_str(rest);
    }
    shown
}
