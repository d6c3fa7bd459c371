//! Which things go wrong, and how often. Shares of requests are per mille; the rest arrives and is answered.

use std::ops::Range;

/// A kind of weather.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    /// Nobody listens: nothing was sent.
    pub(crate) refused: u32,
    /// The request is lost, and the caller waits in vain.
    pub(crate) lost: u32,
    /// The request takes effect, the answer is lost.
    pub(crate) unanswered: u32,
    /// The request takes effect when nobody waits for it any more.
    pub(crate) late: u32,
    /// 429, with or without `Retry-After`.
    pub(crate) throttled: u32,
    /// The longest `Retry-After`, in seconds.
    pub(crate) pause: u64,
    /// An error of the server, which has done nothing.
    pub(crate) failed: u32,
    /// An error of the server, which has done what was asked.
    pub(crate) failed_after: u32,
    /// The connection breaks within the answer.
    pub(crate) cut: u32,
    /// Half of the answer comes, as if it were the whole.
    pub(crate) truncated: u32,
    /// The request arrives twice.
    pub(crate) twice: u32,
    /// The answer takes long.
    pub(crate) slow: u32,
    /// 401 in the middle of it all.
    pub(crate) unauthorized: u32,
    /// How likely each of two outages of several minutes is, in percent.
    pub(crate) outages: u32,
    /// How many changes people make.
    pub(crate) changes: u32,
    /// How likely one is between two requests, in percent.
    pub(crate) change: u32,
    /// How many of the changes show up late, in percent.
    pub(crate) hidden: u32,
    /// How often the engine crashes.
    pub(crate) crashes: Range<u32>,
    /// How often it runs at least.
    pub(crate) runs: usize,
    /// Most records in a batch.
    pub(crate) batch: usize,
    /// How long the pauses between runs are, in percent of what they are every day.
    pub(crate) rest: u64,
    /// How many of the pauses between runs are long, in percent.
    pub(crate) long_rests: u32,
    /// How many runs read everything again, in percent. They heal what a cursor has passed over.
    pub(crate) full: u32,
    /// How many runs somebody stops, in percent.
    pub(crate) stopped: u32,
    /// After how many runs somebody tries failed records again, in percent.
    pub(crate) retries: u32,
    /// After how many runs somebody makes a backup, and after how many the last one is put back, in percent.
    pub(crate) backups: [u32; 2],
    /// The service remembers the keys of creates alone: only the version guards an update.
    pub(crate) forgets_updates: bool,
}

/// All of it, in moderation: what the promise is tested with.
pub(crate) const EVERYDAY: Profile = Profile {
    name: "everyday",
    refused: 15,
    lost: 15,
    unanswered: 30,
    late: 30,
    throttled: 25,
    pause: 90,
    failed: 10,
    failed_after: 15,
    cut: 10,
    truncated: 10,
    twice: 15,
    slow: 25,
    unauthorized: 4,
    outages: 30,
    changes: 25,
    change: 30,
    hidden: 20,
    crashes: 0..4,
    runs: 5,
    batch: 5,
    rest: 100,
    long_rests: 20,
    full: 10,
    stopped: 20,
    retries: 0,
    backups: [0, 0],
    forgets_updates: false,
};

/// The same, with people who try failed records again, make backups, and put them back.
pub(crate) const RESTORES: Profile =
    Profile { name: "restores", runs: 7, retries: 30, backups: [40, 30], ..EVERYDAY };

/// Nothing reads everything again, and little is changed twice: what a cursor passes over stays passed over.
pub(crate) const CURSORS: Profile = Profile {
    name: "cursors",
    changes: 14,
    change: 25,
    hidden: 60,
    throttled: 60,
    slow: 60,
    crashes: 0..2,
    full: 0,
    stopped: 5,
    ..EVERYDAY
};

/// The same where services lag for minutes: many small batches, with much waiting between them.
pub(crate) const BACKLOGS: Profile =
    Profile { name: "backlogs", changes: 18, change: 40, throttled: 80, slow: 70, batch: 2, ..CURSORS };

/// Many requests arrive whose answers do not, many late.
pub(crate) const LOSSES: Profile = Profile {
    name: "losses",
    unanswered: 90,
    late: 120,
    failed_after: 50,
    cut: 30,
    crashes: 0..4,
    full: 0,
    ..EVERYDAY
};

/// The engine dies often.
pub(crate) const CRASHES: Profile =
    Profile { name: "crashes", crashes: 3..9, runs: 10, full: 0, stopped: 0, ..EVERYDAY };

/// A target that takes nothing for minutes, while its source goes on.
pub(crate) const OUTAGES: Profile = Profile {
    name: "outages",
    outages: 100,
    changes: 40,
    change: 50,
    runs: 11,
    rest: 60,
    full: 0,
    stopped: 0,
    long_rests: 35,
    crashes: 0..2,
    ..EVERYDAY
};

/// Requests that arrive late, at a service that remembers the keys of creates alone, and records that change again
/// and again meanwhile.
pub(crate) const VERSIONS: Profile = Profile {
    name: "versions",
    late: 200,
    changes: 80,
    change: 20,
    outages: 0,
    crashes: 0..2,
    runs: 11,
    rest: 10,
    full: 0,
    stopped: 0,
    forgets_updates: true,
    ..EVERYDAY
};

/// Services that ask to be left alone for minutes: requests wait while leases end.
pub(crate) const QUEUES: Profile =
    Profile { name: "queues", throttled: 300, pause: 800, full: 0, stopped: 0, outages: 0, ..EVERYDAY };

pub(crate) const ALL: [&Profile; 9] =
    [&EVERYDAY, &RESTORES, &CURSORS, &BACKLOGS, &LOSSES, &CRASHES, &OUTAGES, &VERSIONS, &QUEUES];
