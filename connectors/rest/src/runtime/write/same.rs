//! Whether two values are the same for a service.

use engine_contract::{Field, FieldType};
use rust_decimal::Decimal;

/// Numbers by their value. Texts without regard to upper and lower case: services treat names so, and compare
/// in searches so.
pub(super) fn same(field: Option<&Field>, one: &str, other: &str) -> bool {
    let is_number = field.is_some_and(|field| matches!(field.kind, FieldType::Decimal | FieldType::Integer));
    if is_number && let (Ok(one), Ok(other)) = (one.parse::<Decimal>(), other.parse::<Decimal>()) {
        return one == other;
    }
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
