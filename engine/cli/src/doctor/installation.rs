//! The binary, and the machine that it runs on.

use super::Check;
use crate::surroundings;
use jiff::{Timestamp, tz::TimeZone};
use std::io::IsTerminal;

/// The checks that need no project.
pub(crate) fn installation() -> Vec<Check> {
    vec![version(), connectors(), clock(Timestamp::now()), terminal()]
}

fn version() -> Check {
    let version = env!("CARGO_PKG_VERSION");
    let commit = option_env!("ENGINE_COMMIT").map(|commit| format!(" ({commit})")).unwrap_or_default();
    let system = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let build = if cfg!(debug_assertions) { ", debug build" } else { "" };
    Check::fine("version", format!("engine {version}{commit}, {system}{build}"))
}

fn connectors() -> Check {
    let registry = connectors::registry();
    Check::fine("connectors", registry.names().collect::<Vec<_>>().join(", "))
}

/// From 2025 to 2100, in seconds.
const SANE: std::ops::Range<i64> = 1_735_689_600..4_102_444_800;

/// Cursors and leases go by time: a clock that is years off breaks both.
fn clock(now: Timestamp) -> Check {
    let shown = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    if SANE.contains(&now.as_second()) {
        let zone = TimeZone::system();
        let zone = zone.iana_name().unwrap_or("no zone").to_owned();
        return Check::fine("clock", format!("{shown}, {zone}"));
    }
    Check::problem("clock", shown, "set the system's clock, and let it be kept by NTP")
}

fn terminal() -> Check {
    let (out, error) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
    let kind = match (out, error) {
        (true, true) => "a terminal",
        (false, true) => "results are piped",
        (true, false) => "talk is piped",
        (false, false) => "no terminal",
    };
    if surroundings::has_unicode() {
        return Check::fine("terminal", format!("{kind}, UTF-8"));
    }
    Check::doubt("terminal", format!("{kind}, ASCII only"), "set LANG to a UTF-8 locale, such as C.UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_clock_that_lost_its_time_is_a_problem() {
        let verdict = |text: &str| clock(text.parse().unwrap()).verdict;
        assert_eq!(verdict("1970-01-01T00:00:12Z"), Verdict::Problem);
        assert_eq!(verdict("2026-11-25T04:04:34Z"), Verdict::Fine);
    }
}
