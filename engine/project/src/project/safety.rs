//! The limits of runs, as a tenant has them.

use super::Project;
use crate::model::{SafetyTable, UnattendedTable};
use engine_contract::Value;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// How many writes a run by hand against production makes without asking, where nothing else is said.
const CONFIRM_ABOVE: u64 = 10;

/// How many objects it takes away without asking twice, where nothing else is said.
const CONFIRM_DELETES_ABOVE: u64 = 5;

/// How many records must have ended before the share of failed ones counts, where nothing else is said.
const MIN_RECORDS: u64 = 50;

/// `[safety]`, its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safety {
    /// Runs by hand against production ask above so many writes.
    pub confirm_above: u64,
    /// They ask twice above so many deletes, voids, deactivations and marks of deletion.
    pub confirm_deletes_above: u64,
    /// Documents that were made before this day are left out.
    pub start_date: Option<Date>,
    /// The most writes of a run that nobody watches.
    pub max_writes: Option<u64>,
    /// The most deletes, voids, deactivations and marks of deletion of a run that nobody watches.
    pub max_deletes: Option<u64>,
    /// The share of failed records above which a run that nobody watches stops, and how many must have ended before it
    /// counts.
    pub max_error_rate: Option<(Decimal, u64)>,
}

impl Project {
    /// The limits of a tenant's runs: what it says itself, and else what the project says.
    #[must_use]
    pub fn limits(&self, tenant: &str) -> Safety {
        let own = self.tenant(tenant).and_then(|tenant| tenant.safety.as_ref());
        let tables = || own.into_iter().chain([&self.safety]);
        let number = |of: fn(&SafetyTable) -> Option<u64>| tables().find_map(of);
        let unattended =
            |of: fn(&UnattendedTable) -> Option<u64>| tables().find_map(|table| of(&table.unattended));
        Safety {
            confirm_above: number(|table| table.confirm_above).unwrap_or(CONFIRM_ABOVE),
            confirm_deletes_above: number(|table| table.confirm_deletes_above)
                .unwrap_or(CONFIRM_DELETES_ABOVE),
            start_date: tables().find_map(|table| day(table.start_date.as_deref()?)),
            max_writes: unattended(|table| table.max_writes),
            max_deletes: unattended(|table| table.max_deletes),
            max_error_rate: tables().find_map(error_rate),
        }
    }
}

fn error_rate(table: &SafetyTable) -> Option<(Decimal, u64)> {
    let rate = table.unattended.max_error_rate.as_ref()?;
    let above = match rate.above.as_ref()? {
        Value::Int(number) => Decimal::from(*number),
        Value::Decimal(number) => *number,
        _ => return None,
    };
    Some((above, rate.min_records.unwrap_or(MIN_RECORDS)))
}

/// A day as files write it: `2026-01-31`.
pub(crate) fn day(text: &str) -> Option<Date> {
    // The parser would take a time behind the day too.
    text.parse().ok().filter(|_| text.len() == "2026-01-31".len())
}
