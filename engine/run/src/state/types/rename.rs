//! New names for what is kept.

use engine_plan::Back;
use jiff::Timestamp;

/// What has a name in keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    /// A pipeline.
    Pipeline,
    /// An entity of a pipeline.
    Entity,
    /// A connection to a target.
    Connection,
}

impl NameKind {
    /// The kind as `[[moved]]` writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::Entity => "entity",
            Self::Connection => "connection",
        }
    }
}

/// A new name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Of what.
    pub kind: NameKind,
    /// The old name.
    pub from: String,
    /// The new name.
    pub to: String,
}

impl Rename {
    /// Reads `entity.items` and `entity.product`; nothing when they are no two names of one kind.
    #[must_use]
    pub fn parse(from: &str, to: &str) -> Option<Self> {
        let (word, from) = from.split_once('.')?;
        let to = to.strip_prefix(word)?.strip_prefix('.')?;
        let kinds = [NameKind::Pipeline, NameKind::Entity, NameKind::Connection];
        let kind = kinds.into_iter().find(|kind| kind.as_str() == word)?;
        Some(Self { kind, from: from.to_owned(), to: to.to_owned() })
    }

    /// The same for what carries an entity's changes back.
    pub(crate) fn of_back(&self) -> Option<Self> {
        let back = |name: &str| Back::name_of(name);
        (self.kind == NameKind::Entity).then(|| Self {
            kind: self.kind,
            from: back(&self.from),
            to: back(&self.to),
        })
    }
}

/// What became of renames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// Everything is kept under the new names.
    Done,
    /// Another run works on what is to be renamed: nothing was changed.
    Busy {
        /// Who.
        owner: String,
        /// The stream group.
        group: String,
        /// Until when its lease lasts.
        until: Timestamp,
    },
}
