//! Waits for changes, and tells each once.

use super::{arm::Armed, scan::Scan};
use engine_contract::Cancel;
use jiff::Timestamp;
use notify::{
    Event, EventKind,
    event::{AccessKind, AccessMode},
};
use std::{
    path::PathBuf,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

/// How often a wait looks whether it should end.
const GLANCE: Duration = Duration::from_millis(50);
/// How long nothing must happen before files are read: a save is several events.
const QUIET: Duration = Duration::from_millis(200);
/// The longest time for which events put off reading.
const MOST: Duration = Duration::from_secs(2);
/// How often files are read although nothing was heard: some file systems say nothing.
const RESCAN: Duration = Duration::from_secs(60);

/// What there is to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Something changed. This is also told once at the beginning.
    Changed,
    /// No file is left. What is known still holds: files vanish for a moment when they are exchanged.
    Emptied,
}

/// Tells of changes below some folders until `cancel` is set.
pub(crate) fn watch(
    roots: &[PathBuf],
    cancel: &Cancel,
    mut tell: impl FnMut(Seen),
) -> Result<(), notify::Error> {
    let (hints, heard) = channel();
    // A slow answer would hold up the system's own queue: it only passes the word on.
    let mut watcher = notify::recommended_watcher(move |event: Result<Event, notify::Error>| {
        if event.is_ok_and(|event| !counts(event.kind)) {
            return;
        }
        // Nobody listens any more when the watch is ending.
        hints.send(()).ok();
    })?;
    let mut armed = Armed::default();
    armed.arm(&mut watcher, roots, &Scan::of(roots));
    let mut known = Scan::of(roots).files;
    let mut is_empty = false;
    tell(Seen::Changed);
    while wait(&heard, cancel) {
        armed.arm(&mut watcher, roots, &Scan::of(roots));
        let now = Scan::of(roots).files;
        if now.is_empty() {
            if !is_empty {
                tell(Seen::Emptied);
            }
            is_empty = true;
            continue;
        }
        is_empty = false;
        if now != known {
            known = now;
            tell(Seen::Changed);
        }
    }
    Ok(())
}

/// Whether an event may mean that content changed.
fn counts(kind: EventKind) -> bool {
    !kind.is_access() || kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

/// Waits until it is time to look at the files; `false` when the watch should end.
fn wait(heard: &Receiver<()>, cancel: &Cancel) -> bool {
    let since = Timestamp::now();
    let mut first: Option<Timestamp> = None;
    let mut last = since;
    loop {
        if cancel.is_cancelled() {
            return false;
        }
        match heard.recv_timeout(GLANCE) {
            Ok(()) => {
                last = Timestamp::now();
                first.get_or_insert(last);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        let now = Timestamp::now();
        let past = |moment: Timestamp, time: Duration| now.duration_since(moment).unsigned_abs() >= time;
        let is_time = match first {
            Some(first) => past(last, QUIET) || past(first, MOST),
            None => past(since, RESCAN),
        };
        if is_time {
            return true;
        }
    }
}
