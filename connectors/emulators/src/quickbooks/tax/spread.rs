//! A total of tax that was collected, spread over the rates in proportion to what was reckoned.

use rust_decimal::Decimal;

use super::RateLine;
use crate::quickbooks::value::cents;

/// Makes the taxes of the lines add up to `total`. The last line takes what rounding leaves; where nothing was
/// reckoned, the first takes all. Without lines there is nothing taxed, and the total is not taken.
pub(super) fn to_total(lines: &mut [RateLine], total: Decimal) {
    let reckoned: Decimal = lines.iter().map(|line| line.tax).sum();
    if reckoned == total {
        return;
    }
    if reckoned.is_zero() {
        if let Some(first) = lines.first_mut() {
            first.tax = total;
        }
        return;
    }
    let mut rest = total;
    if let Some((last, others)) = lines.split_last_mut() {
        for line in others {
            line.tax = cents(total * line.tax / reckoned);
            rest -= line.tax;
        }
        last.tax = rest;
    }
}
