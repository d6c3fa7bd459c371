//! Addresses and what they mean.

use super::kind::Kind;
use http::Method;

/// What an address means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Route {
    /// The records of a kind, of all or of one parent.
    List { kind: Kind, parent: Option<u64> },
    /// One record.
    Item { kind: Kind, parent: Option<u64>, id: u64 },
    /// Several changes at once.
    Batch { kind: Kind, parent: Option<u64> },
    /// A class of taxes, by its slug.
    TaxClass(String),
    /// What is only read, by its path: `system_status`.
    Fixed(String),
}

/// What is only read.
const FIXED: [&str; 21] = [
    "",
    "data",
    "data/currencies/current",
    "payment_gateways",
    "payment_gateways/bacs",
    "payment_gateways/cheque",
    "payment_gateways/cod",
    "products/attributes",
    "products/reviews",
    "products/shipping_classes",
    "products/tags",
    "reports",
    "reports/orders/totals",
    "settings",
    "settings/general",
    "shipping/zones",
    "shipping_methods",
    "shipping_methods/flat_rate",
    "shipping_methods/free_shipping",
    "system_status",
    "taxes/classes",
];

impl Route {
    /// Reads a path below `/wp-json/wc/v3`.
    pub(super) fn read(path: &str) -> Option<Self> {
        let path = path.trim_matches('/');
        if FIXED.contains(&path) {
            return Some(Self::Fixed(path.to_owned()));
        }
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["taxes", "classes", slug] => Some(Self::TaxClass((*slug).to_owned())),
            ["products", "categories"] => Some(Self::List { kind: Kind::Category, parent: None }),
            ["products", "categories", "batch"] => Some(Self::Batch { kind: Kind::Category, parent: None }),
            ["products", "categories", one] => Self::item(Kind::Category, None, one),
            ["orders", parent, "refunds", rest @ ..] => Self::below(Kind::Refund, parent, rest),
            ["orders", parent, "notes", rest @ ..] => Self::below(Kind::Note, parent, rest),
            ["products", parent, "variations", rest @ ..] => Self::below(Kind::Variation, parent, rest),
            ["refunds"] => Some(Self::List { kind: Kind::Refund, parent: None }),
            ["variations"] => Some(Self::List { kind: Kind::Variation, parent: None }),
            [name] => Some(Self::List { kind: top(name)?, parent: None }),
            [name, "batch"] => Some(Self::Batch { kind: top(name)?, parent: None }),
            [name, one] => Self::item(top(name)?, None, one),
            _ => None,
        }
    }

    fn item(kind: Kind, parent: Option<u64>, id: &str) -> Option<Self> {
        Some(Self::Item { kind, parent, id: id.parse().ok()? })
    }

    fn below(kind: Kind, parent: &str, rest: &[&str]) -> Option<Self> {
        let parent = Some(parent.parse().ok()?);
        match rest {
            [] => Some(Self::List { kind, parent }),
            ["batch"] if kind == Kind::Variation => Some(Self::Batch { kind, parent }),
            [one] => Self::item(kind, parent, one),
            _ => None,
        }
    }

    /// The methods that the address knows.
    pub(super) fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Item { kind: Kind::Refund | Kind::Note, .. } | Self::TaxClass(_) => &["GET", "DELETE"],
            Self::Item { .. } => &["GET", "POST", "PUT", "PATCH", "DELETE"],
            Self::Batch { .. } => &["POST", "PUT", "PATCH"],
            Self::List { kind: Kind::Refund | Kind::Variation, parent: None } => &["GET"],
            Self::Fixed(path) if path != "taxes/classes" => &["GET"],
            Self::List { .. } | Self::Fixed(_) => &["GET", "POST"],
        }
    }

    /// Whether the address knows a method. HEAD is GET without a body.
    pub(super) fn knows(&self, method: &Method) -> bool {
        *method == Method::OPTIONS
            || self.methods().contains(&if *method == Method::HEAD { "GET" } else { method.as_str() })
    }
}

fn top(name: &str) -> Option<Kind> {
    match name {
        "orders" => Some(Kind::Order),
        "products" => Some(Kind::Product),
        "customers" => Some(Kind::Customer),
        "coupons" => Some(Kind::Coupon),
        "taxes" => Some(Kind::Tax),
        "webhooks" => Some(Kind::Webhook),
        _ => None,
    }
}

/// The address of the records of a kind, below `/wp-json/wc/v3`.
pub(super) fn collection(kind: Kind, parent: Option<u64>) -> String {
    let parent = parent.unwrap_or_default();
    match kind {
        Kind::Order => "orders".to_owned(),
        Kind::Refund => format!("orders/{parent}/refunds"),
        Kind::Note => format!("orders/{parent}/notes"),
        Kind::Product => "products".to_owned(),
        Kind::Variation => format!("products/{parent}/variations"),
        Kind::Category => "products/categories".to_owned(),
        Kind::Customer => "customers".to_owned(),
        Kind::Coupon => "coupons".to_owned(),
        Kind::Tax => "taxes".to_owned(),
        Kind::Webhook => "webhooks".to_owned(),
    }
}
