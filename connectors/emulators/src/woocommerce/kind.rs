//! The kinds of records, and what differs between them.

/// A kind of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Order,
    Refund,
    Note,
    Product,
    Variation,
    Category,
    Customer,
    Coupon,
    Tax,
    Webhook,
}

impl Kind {
    /// The code and message of an unknown id. For orders and products that are updated the status is 400, else 404.
    pub(super) fn unknown(self) -> (&'static str, &'static str) {
        match self {
            Self::Order => ("woocommerce_rest_shop_order_invalid_id", "Invalid ID."),
            Self::Refund => ("woocommerce_rest_shop_order_refund_invalid_id", "Invalid ID."),
            Self::Product => ("woocommerce_rest_product_invalid_id", "Invalid ID."),
            Self::Variation => ("woocommerce_rest_product_variation_invalid_id", "Invalid ID."),
            Self::Category => ("woocommerce_rest_term_invalid", "Resource does not exist."),
            Self::Customer => ("wc_user_invalid_id", "Invalid user ID."),
            Self::Coupon => ("woocommerce_rest_shop_coupon_invalid_id", "Invalid ID."),
            Self::Note | Self::Tax => ("woocommerce_rest_invalid_id", "Invalid resource ID."),
            Self::Webhook => ("woocommerce_rest_shop_webhook_invalid_id", "ID is invalid."),
        }
    }

    /// The status of an update of an unknown id.
    pub(super) fn unknown_in_update(self) -> u16 {
        match self {
            Self::Order | Self::Product | Self::Coupon | Self::Webhook | Self::Refund => 400,
            Self::Variation | Self::Note | Self::Category | Self::Customer | Self::Tax => 404,
        }
    }

    /// What cannot be trashed, in the words of its refusal; nothing for what can, or is deleted at once.
    pub(super) fn not_trashable(self) -> Option<&'static str> {
        match self {
            Self::Customer => Some("Customers do not support trashing."),
            Self::Note | Self::Webhook => Some("Webhooks do not support trashing."),
            Self::Category => Some("Resource does not support trashing."),
            Self::Tax => Some("Taxes do not support trashing."),
            Self::Order | Self::Refund | Self::Product | Self::Variation | Self::Coupon => None,
        }
    }

    /// The resource of webhooks about these records.
    pub(super) fn resource(self) -> Option<&'static str> {
        match self {
            Self::Order => Some("order"),
            Self::Product | Self::Variation => Some("product"),
            Self::Customer => Some("customer"),
            Self::Coupon => Some("coupon"),
            Self::Refund | Self::Note | Self::Category | Self::Tax | Self::Webhook => None,
        }
    }

    /// Whether only GMT stamps are kept (HPOS).
    pub(super) fn has_only_gmt(self) -> bool {
        matches!(self, Self::Order | Self::Refund)
    }

    /// What a record of this kind is called when it was trashed before.
    pub(super) fn post_type(self) -> &'static str {
        match self {
            Self::Order => "shop_order",
            Self::Product | Self::Variation => "product",
            Self::Coupon => "shop_coupon",
            Self::Refund => "shop_order_refund",
            Self::Note | Self::Category | Self::Customer | Self::Tax | Self::Webhook => "resource",
        }
    }
}
