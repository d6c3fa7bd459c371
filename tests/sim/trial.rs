//! One trial: a seed in a world, with its crashes; and how it is written down.

use crate::{
    mutants::{self, Mutant, Vice},
    profile::{self, Profile},
};
use engine_contract::EffectClass;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{fmt, str::FromStr};

/// Which world: the contract's traits over services of one class, or the real connectors over emulators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    /// A service that remembers keys.
    Keys,
    /// A service with natural keys and revisions.
    Upserts,
    /// A service with natural keys that compares no revisions: what comes last counts.
    Rows,
    /// A service in which markers are searched.
    Markers,
    /// WooCommerce to QuickBooks Online, through the real connectors.
    ShopToBooks,
    /// QuickBooks Online to WooCommerce, through the real connectors.
    BooksToShop,
    /// WooCommerce to the tables of a Supabase project, through the real connectors.
    ShopToWarehouse,
    /// WooCommerce and QuickBooks Online, both ways, through the real connectors.
    BothWays,
}

impl Scene {
    pub(crate) const ALL: [Self; 8] = [
        Self::Keys,
        Self::Upserts,
        Self::Rows,
        Self::Markers,
        Self::ShopToBooks,
        Self::BooksToShop,
        Self::ShopToWarehouse,
        Self::BothWays,
    ];

    pub(crate) fn class(self) -> EffectClass {
        match self {
            Self::Keys | Self::ShopToBooks | Self::BothWays => EffectClass::IdempotencyKey,
            Self::Upserts | Self::Rows | Self::ShopToWarehouse => EffectClass::NaturalKey,
            Self::Markers | Self::BooksToShop => EffectClass::Marker,
        }
    }

    /// Whether the service compares revisions.
    pub(crate) fn guards(self) -> bool {
        self == Self::Upserts
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Upserts => "upserts",
            Self::Rows => "rows",
            Self::Markers => "markers",
            Self::ShopToBooks => "shop-to-books",
            Self::BooksToShop => "books-to-shop",
            Self::ShopToWarehouse => "shop-to-warehouse",
            Self::BothWays => "both-ways",
        }
    }

    /// About how often an engine is polled until a run is through: crashes are drawn below this.
    fn polls(self) -> u64 {
        match self {
            Self::Keys | Self::Upserts | Self::Rows | Self::Markers => 400,
            Self::ShopToBooks | Self::BooksToShop | Self::ShopToWarehouse | Self::BothWays => 700,
        }
    }
}

/// What to put a seed through.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) scene: Scene,
    pub(crate) profile: &'static Profile,
    pub(crate) seed: u64,
    /// Polls of the engine after which it is dropped, one run after the other.
    pub(crate) crashes: Vec<u64>,
    /// A crashed engine is frozen instead, and thawed beside its successor.
    pub(crate) zombie: bool,
    pub(crate) mutant: Option<&'static Mutant>,
}

impl Trial {
    /// Nothing crashes.
    pub(crate) fn quiet(scene: Scene, profile: &'static Profile, seed: u64) -> Self {
        Self { scene, profile, seed, crashes: Vec::new(), zombie: false, mutant: None }
    }

    /// Crashes as the seed and the profile have it.
    pub(crate) fn seeded(scene: Scene, profile: &'static Profile, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x00ab_cdef);
        let crashes = rng.random_range(profile.crashes.clone());
        let crashes = (0..crashes).map(|_| rng.random_range(1..scene.polls())).collect();
        Self { crashes, ..Self::quiet(scene, profile, seed) }
    }

    /// The engine freezes once.
    pub(crate) fn zombie(scene: Scene, profile: &'static Profile, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x77);
        let crashes = vec![rng.random_range(1..scene.polls())];
        Self { crashes, zombie: true, ..Self::quiet(scene, profile, seed) }
    }

    /// Whether a connector or the store does something wrong.
    pub(crate) fn has(&self, vice: Vice) -> bool {
        self.mutant.is_some_and(|mutant| mutant.vice == Some(vice))
    }

    pub(crate) fn without(self, mutant: &'static Mutant) -> Self {
        Self { mutant: Some(mutant), ..self }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.scene.name(), self.profile.name, self.seed)?;
        if !self.crashes.is_empty() {
            let crashes: Vec<String> = self.crashes.iter().map(u64::to_string).collect();
            write!(f, " crashes={}", crashes.join(","))?;
        }
        if self.zombie {
            f.write_str(" zombie")?;
        }
        self.mutant.map_or(Ok(()), |mutant| write!(f, " without={}", mutant.name))
    }
}

impl FromStr for Trial {
    type Err = String;

    /// Reads a trial as it is printed: `shop-to-books everyday 17 crashes=40,122`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let mut next = |what: &str| words.next().ok_or_else(|| format!("`{text}` has no {what}"));
        let (scene, profile, seed) = (next("scene")?, next("profile")?, next("seed")?);
        let scene = Scene::ALL.into_iter().find(|known| known.name() == scene);
        let profile = profile::ALL.iter().copied().find(|known| known.name == profile);
        let seed: Option<u64> = seed.parse().ok();
        let (Some(scene), Some(profile), Some(seed)) = (scene, profile, seed) else {
            return Err(format!("`{text}` names no scene, profile and seed that are known"));
        };
        let mut trial = Self::quiet(scene, profile, seed);
        for word in words {
            match word.split_once('=') {
                None if word == "zombie" => trial.zombie = true,
                Some(("crashes", polls)) => {
                    let polls: Result<Vec<u64>, _> = polls.split(',').map(str::parse).collect();
                    trial.crashes = polls.map_err(|error| format!("`{word}`: {error}"))?;
                }
                Some(("without", name)) => {
                    let known = mutants::ALL.iter().find(|mutant| mutant.name == name);
                    trial.mutant = Some(known.ok_or_else(|| format!("there is no mutant `{name}`"))?);
                }
                _ => return Err(format!("`{word}` says nothing about a trial")),
            }
        }
        Ok(trial)
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// What is wrong; empty when nothing is.
    pub(crate) wrong: String,
    /// How often the engine was polled.
    pub(crate) polls: u64,
    /// Equal for equal seeds.
    pub(crate) trace: u64,
    /// What happened, where somebody wants to hear it.
    pub(crate) story: String,
}
