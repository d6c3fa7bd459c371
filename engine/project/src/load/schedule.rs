//! Reads schedules: cron expressions of five fields.

use crate::{
    Text,
    diag::{Diagnostic, Diagnostics, code},
    model::ScheduleTable,
    project::Schedule,
    toml::{Document, child},
};
use croner::parser::{CronParser, Seconds, Year};

/// Reads the schedule of a pipeline or of a tenant.
pub(super) fn read(document: &Document, table: &ScheduleTable, out: &mut Diagnostics) -> Schedule {
    let mut cron = |key: &str, is_given: bool| {
        let text = document.text_at(&child("/schedule", key)).filter(|_| is_given)?;
        out.extend(check(&text));
        Some(text)
    };
    Schedule {
        incremental: cron("incremental", table.incremental.is_some()),
        full: cron("full", table.full.is_some()),
    }
}

fn check(text: &Text) -> Option<Diagnostic> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    if parser.parse(&text.text).is_ok() {
        return None;
    }
    let message = format!("`{}` is no cron expression", text.text);
    let diagnostic = Diagnostic::error(code::SCHEDULE_CRON, message).at(text.place.clone(), "");
    Some(diagnostic.help(
        "it has five fields: minute, hour, day of the month, month and day of the week; `30 2 * * *` is each night at half past two",
    ))
}
