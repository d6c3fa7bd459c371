//! The engine with one mechanism missing: what the simulation must notice, where, and in which weather.
//!
//! A class that is not named needs the mechanism for nothing; `docs/reliability.md` says why.

use crate::{
    profile::{BACKLOGS, CRASHES, CURSORS, LOSSES, OUTAGES, Profile, QUEUES, RESTORES, VERSIONS},
    trial::{Scene, Trial},
};
use Scene::{BooksToShop, Keys, Markers, Rows, ShopToBooks, ShopToWarehouse, Upserts};
use engine_run::Mechanism;

/// The engine or a connector without a mechanism.
#[derive(Debug)]
pub(crate) struct Mutant {
    pub(crate) name: &'static str,
    /// What the engine lacks.
    pub(crate) removed: &'static [Mechanism],
    /// What a connector or the store does wrong.
    pub(crate) vice: Option<Vice>,
    /// The shop is given its objects one by one.
    pub(crate) one_by_one: bool,
    /// It shows when an engine freezes and thaws.
    pub(crate) zombie: bool,
    /// Where it must be noticed.
    pub(crate) scenes: &'static [(Scene, &'static Profile)],
    /// A part of what must be found to be wrong.
    pub(crate) sign: &'static str,
}

/// A mistake outside of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vice {
    /// The connector reads lists by offsets.
    PagesByOffset,
    /// The connector asks for what is later than the cursor, not for what is at the cursor or later.
    AsksForLater,
    /// The store lets those commit who have lost their lease.
    LetsAllCommit,
}

const WHOLE: Mutant =
    Mutant { name: "", removed: &[], vice: None, one_by_one: false, zombie: false, scenes: &[], sign: "" };

pub(crate) const ALL: [Mutant; 18] = [
    Mutant {
        name: "keyset-paging",
        vice: Some(Vice::PagesByOffset),
        scenes: &[
            (Keys, &CURSORS),
            (Upserts, &CURSORS),
            (Rows, &CURSORS),
            (Markers, &CURSORS),
            (ShopToBooks, &BACKLOGS),
            (BooksToShop, &BACKLOGS),
            (ShopToWarehouse, &BACKLOGS),
        ],
        ..WHOLE
    },
    Mutant {
        name: "inclusive-cursor",
        removed: &[Mechanism::Overlap],
        vice: Some(Vice::AsksForLater),
        scenes: &[
            (Keys, &CURSORS),
            (Upserts, &CURSORS),
            (Rows, &CURSORS),
            (Markers, &CURSORS),
            (ShopToBooks, &BACKLOGS),
            (BooksToShop, &BACKLOGS),
            (ShopToWarehouse, &BACKLOGS),
        ],
        ..WHOLE
    },
    Mutant {
        name: "source-clock-cap",
        removed: &[Mechanism::SourceCap],
        scenes: &[
            (Keys, &CURSORS),
            (Upserts, &CURSORS),
            (Rows, &CURSORS),
            (Markers, &CURSORS),
            (ShopToBooks, &BACKLOGS),
            (BooksToShop, &BACKLOGS),
            (ShopToWarehouse, &BACKLOGS),
        ],
        ..WHOLE
    },
    Mutant {
        name: "cursor-after-outcome",
        removed: &[Mechanism::CursorLast, Mechanism::Intents],
        scenes: &[
            (Keys, &CRASHES),
            (Upserts, &CRASHES),
            (Rows, &CRASHES),
            (Markers, &CRASHES),
            (ShopToBooks, &CRASHES),
            (BooksToShop, &CRASHES),
            (ShopToWarehouse, &CRASHES),
        ],
        ..WHOLE
    },
    Mutant {
        name: "intent-log",
        removed: &[Mechanism::Intents],
        scenes: &[
            (Keys, &LOSSES),
            (Rows, &LOSSES),
            (Markers, &LOSSES),
            (ShopToBooks, &LOSSES),
            (BooksToShop, &LOSSES),
            (ShopToWarehouse, &VERSIONS),
        ],
        ..WHOLE
    },
    Mutant {
        name: "stable-request-key",
        removed: &[Mechanism::StableKeys],
        scenes: &[(Keys, &LOSSES), (ShopToBooks, &LOSSES)],
        sign: " times",
        ..WHOLE
    },
    Mutant {
        name: "stable-marker",
        removed: &[Mechanism::StableKeys],
        scenes: &[(Markers, &LOSSES)],
        ..WHOLE
    },
    Mutant {
        name: "key-without-payload",
        removed: &[Mechanism::ContentFreeKeys, Mechanism::Intents],
        scenes: &[(Keys, &LOSSES), (ShopToBooks, &LOSSES)],
        sign: " times",
        ..WHOLE
    },
    Mutant {
        name: "settle-before-search",
        removed: &[Mechanism::Settle],
        scenes: &[(Markers, &LOSSES), (BooksToShop, &LOSSES)],
        sign: " times",
        ..WHOLE
    },
    Mutant {
        name: "settle-before-repeat",
        removed: &[Mechanism::Settle],
        scenes: &[(Rows, &VERSIONS), (ShopToWarehouse, &VERSIONS)],
        sign: "stale",
        ..WHOLE
    },
    Mutant {
        name: "version-guard",
        removed: &[Mechanism::VersionGuard],
        scenes: &[(Keys, &VERSIONS), (Upserts, &VERSIONS)],
        sign: "stale",
        ..WHOLE
    },
    Mutant {
        name: "one-outcome-commit",
        removed: &[Mechanism::OneCommit],
        scenes: &[
            (Keys, &CRASHES),
            (Upserts, &CRASHES),
            (Rows, &CRASHES),
            (Markers, &CRASHES),
            (ShopToBooks, &CRASHES),
            (BooksToShop, &CRASHES),
            (ShopToWarehouse, &CRASHES),
        ],
        ..WHOLE
    },
    Mutant {
        name: "dirty-mark",
        removed: &[Mechanism::DirtyMarks],
        scenes: &[
            (Keys, &OUTAGES),
            (Rows, &OUTAGES),
            (Markers, &OUTAGES),
            (ShopToBooks, &OUTAGES),
            (BooksToShop, &OUTAGES),
            (ShopToWarehouse, &OUTAGES),
        ],
        ..WHOLE
    },
    Mutant {
        name: "lease-before-send",
        removed: &[Mechanism::LeaseCheck, Mechanism::WireCheck],
        one_by_one: true,
        zombie: true,
        scenes: &[(Markers, &LOSSES), (BooksToShop, &LOSSES)],
        sign: " times",
        ..WHOLE
    },
    Mutant {
        name: "lease-before-repeat",
        removed: &[Mechanism::LeaseCheck, Mechanism::WireCheck],
        zombie: true,
        scenes: &[(Rows, &VERSIONS), (ShopToWarehouse, &VERSIONS)],
        sign: "stale",
        ..WHOLE
    },
    Mutant {
        name: "lease-at-the-wire",
        removed: &[Mechanism::WireCheck],
        one_by_one: true,
        zombie: true,
        scenes: &[(BooksToShop, &QUEUES)],
        sign: " times",
        ..WHOLE
    },
    Mutant {
        name: "lease-in-commits",
        vice: Some(Vice::LetsAllCommit),
        one_by_one: true,
        zombie: true,
        scenes: &[(Markers, &LOSSES), (BooksToShop, &LOSSES)],
        ..WHOLE
    },
    Mutant {
        name: "look-after-restore",
        removed: &[Mechanism::LookAgain],
        scenes: &[
            (Keys, &RESTORES),
            (Upserts, &RESTORES),
            (Rows, &RESTORES),
            (Markers, &RESTORES),
            (ShopToBooks, &RESTORES),
            (BooksToShop, &RESTORES),
            (ShopToWarehouse, &RESTORES),
        ],
        ..WHOLE
    },
];

impl Mutant {
    /// The trial of a seed.
    pub(crate) fn trial(&'static self, scene: Scene, profile: &'static Profile, seed: u64) -> Trial {
        let trial = if self.zombie {
            Trial::zombie(scene, profile, seed)
        } else {
            Trial::seeded(scene, profile, seed)
        };
        trial.without(self)
    }
}
