//! CPU time and memory of this process, as Linux tells them.

use std::{fmt, fs, time::Duration};

/// What some work cost.
pub(crate) struct Measured {
    pub(crate) what: &'static str,
    pub(crate) records: u32,
    pub(crate) cpu: Duration,
    /// The most memory that the process has had so far, in kilobytes.
    pub(crate) peak: u64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = self.cpu.as_secs_f64() * 100_000.0 / f64::from(self.records.max(1));
        write!(f, "{:<28} {per:>6.2} CPU s / 100k   {:>5} MB peak", self.what, self.peak / 1024)
    }
}

/// Does some work on records, whose number it tells, and measures it.
pub(crate) fn measure<E>(what: &'static str, work: impl FnOnce() -> Result<u32, E>) -> Result<Measured, E> {
    let before = cpu();
    let records = work()?;
    Ok(Measured { what, records, cpu: cpu().saturating_sub(before), peak: peak() })
}

/// User and system time so far, in steps of a hundredth of a second.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the process may hold anything, also brackets: what follows the last one counts.
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    let ticks = after.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
