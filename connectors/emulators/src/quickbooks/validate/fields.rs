//! What fields each kind has: the descriptions of the catalog of this project, and those kinds it does not have.
//!
//! The catalog describes what a connector may write. Lists that it only reads (accounts, terms) are writable in
//! the service; for those only the fields that the service fills itself count as read-only.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::quickbooks::kind::Kind;

/// One field.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::quickbooks) struct Field {
    pub(in crate::quickbooks) name: String,
    pub(in crate::quickbooks) kind: FieldKind,
    #[serde(default)]
    pub(in crate::quickbooks) required: bool,
    #[serde(default)]
    pub(in crate::quickbooks) read_only: bool,
    /// In characters.
    pub(in crate::quickbooks) max_length: Option<usize>,
    #[serde(default)]
    pub(in crate::quickbooks) one_of: Vec<String>,
    /// Of an object, or of each object of a list.
    #[serde(default)]
    pub(in crate::quickbooks) fields: Vec<Field>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::quickbooks) enum FieldKind {
    Text,
    Boolean,
    Integer,
    Decimal,
    Date,
    Timestamp,
    Object,
    List,
}

#[derive(Deserialize)]
struct Described {
    fields: Vec<Field>,
}

macro_rules! catalog {
    ($($kind:ident),+) => {
        [$((
            Kind::$kind,
            include_str!(concat!("../../../../catalog/quickbooks/objects/", stringify!($kind), ".json")),
        )),+]
    };
}

static FIELDS: LazyLock<BTreeMap<Kind, Vec<Field>>> = LazyLock::new(|| {
    let catalog = catalog!(
        Account,
        Class,
        CompanyCurrency,
        CreditMemo,
        Customer,
        Department,
        Deposit,
        Invoice,
        Item,
        JournalEntry,
        Payment,
        PaymentMethod,
        RefundReceipt,
        SalesReceipt,
        TaxCode,
        TaxRate,
        Term
    );
    let own = [
        (Kind::Attachable, include_str!("fields/Attachable.json")),
        (Kind::Vendor, include_str!("fields/Vendor.json")),
        (Kind::Employee, include_str!("fields/Employee.json")),
        (Kind::TaxAgency, include_str!("fields/TaxAgency.json")),
        (Kind::CompanyInfo, include_str!("fields/CompanyInfo.json")),
    ];
    let mut fields: BTreeMap<Kind, Vec<Field>> = catalog
        .into_iter()
        .chain(own)
        .map(|(kind, json)| {
            (kind, serde_json::from_str(json).map_or_else(|_| Vec::new(), |it: Described| it.fields))
        })
        .collect();
    for kind in ONLY_READ_BY_CONNECTORS {
        if let Some(fields) = fields.get_mut(&kind) {
            release(fields);
        }
    }
    fields
});

const ONLY_READ_BY_CONNECTORS: [Kind; 6] =
    [Kind::Account, Kind::Class, Kind::CompanyCurrency, Kind::Department, Kind::PaymentMethod, Kind::Term];

/// The fields that the service fills itself, in every list.
const FILLED: [&str; 10] = [
    "Id",
    "SyncToken",
    "MetaData",
    "domain",
    "sparse",
    "FullyQualifiedName",
    "Classification",
    "CurrentBalance",
    "CurrentBalanceWithSubAccounts",
    "name",
];

fn release(fields: &mut [Field]) {
    for field in fields {
        field.read_only = FILLED.contains(&field.name.as_str());
        release(&mut field.fields);
    }
}

/// The fields of a kind. `Preferences` has none here: its groups are merged as they come.
pub(in crate::quickbooks) fn fields_of(kind: Kind) -> &'static [Field] {
    FIELDS.get(&kind).map_or(&[], Vec::as_slice)
}
