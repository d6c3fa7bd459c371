//! CPU time, memory and wall time of this process and of others, as Linux tells them.

use std::{
    fmt, fs, io,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

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
    Ok(Measured { what, records, cpu: cpu().saturating_sub(before), peak: peak("self") })
}

/// What a program cost that ran to its end.
pub(crate) struct Finished {
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// The most memory that it had, in kilobytes.
    pub(crate) peak: u64,
    pub(crate) output: String,
}

/// Runs a program to its end. One that fails ends the measurement.
pub(crate) fn run(command: &mut Command) -> io::Result<Finished> {
    let (before, begin) = (ticks("self", 13..15), Instant::now());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut most = 0;
    while child.try_wait()?.is_none() {
        most = most.max(peak(&child.id().to_string()));
        std::thread::sleep(Duration::from_millis(5));
    }
    let wall = begin.elapsed();
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(io::Error::other(format!("{}: {text}{said}", output.status)));
    }
    Ok(Finished { cpu: ticks("self", 13..15).saturating_sub(before), wall, peak: most, output: text })
}

/// User and system time so far of a process and of all that it has started, also of those that ended.
pub(crate) fn with_children(parent: u32) -> io::Result<Duration> {
    let mut sum = ticks(&parent.to_string(), 11..15);
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let stat = fs::read_to_string(format!("/proc/{name}/stat")).unwrap_or_default();
        if fields(&stat).nth(1) == Some(parent.to_string().as_str()) {
            sum += ticks(&name, 11..13);
        }
    }
    Ok(sum)
}

/// User and system time so far, in steps of a hundredth of a second.
fn cpu() -> Duration {
    ticks("self", 11..13)
}

/// What follows the name, which may hold anything, also brackets: what follows the last one counts.
fn fields(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(") ").map_or("", |(_, after)| after).split(' ')
}

/// The sum of some fields of a process that count hundredths of a second: own user and system time are 11 and 12,
/// those of children that ended 13 and 14.
fn ticks(process: &str, range: std::ops::Range<usize>) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let chosen = fields(&stat).skip(range.start).take(range.len());
    Duration::from_millis(chosen.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

fn peak(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
