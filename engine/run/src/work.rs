//! What the stages of one run share.

use crate::{
    event::Observer,
    key::Scope,
    limits::Budget,
    make::Made,
    narrow::Narrow,
    options::{Mechanism, Options},
    plan::Purpose,
    records::Records,
    restored::Restored,
    stage::remap::Older,
    start_date::StartDate,
    state::StateStore,
    window::Window,
};
use engine_contract::{Amount, Capabilities, Context, DeletedMark, EffectClass, Source, Target, Value};
use engine_plan::{Blueprint, Entity, Find, Found, Group, Program};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

/// A run's fixed surroundings.
pub(crate) struct Work {
    pub(crate) run_id: String,
    pub(crate) scope: Scope,
    pub(crate) blueprint: Arc<Blueprint>,
    pub(crate) program: Program,
    pub(crate) source: Box<dyn Source>,
    pub(crate) target: Box<dyn Target>,
    pub(crate) capabilities: Capabilities,
    pub(crate) store: Arc<dyn StateStore>,
    pub(crate) context: Context,
    pub(crate) options: Options,
    pub(crate) observer: Arc<dyn Observer>,
    /// Who started it, where that is known.
    pub(crate) actor: Option<String>,
    /// The confirmation on whose word it writes.
    pub(crate) confirmation: Option<String>,
    /// What it may still do.
    pub(crate) budget: Arc<Budget>,
    /// What the run is for.
    pub(crate) purpose: Purpose,
    /// Read everything again, whatever the cursor says.
    pub(crate) full: bool,
    /// Only what is written anew because its mapping has changed.
    pub(crate) mapping_change: bool,
    /// Stop each stream group after so many source records.
    pub(crate) limit: Option<usize>,
    /// Only what last changed within a time.
    pub(crate) window: Option<Window>,
    /// Only what meets these filters.
    pub(crate) narrow: Narrow,
    /// Only these entities; all when empty.
    pub(crate) only: Vec<String>,
    /// Only these records; all when there are none.
    pub(crate) records: Option<Arc<Records>>,
    /// The keys of target objects, for entities that name none in `write.match`.
    pub(crate) keys: BTreeMap<String, Vec<String>>,
    /// The tables that this run has made.
    pub(crate) made: Vec<Made>,
    /// How the objects of entities with soft deletes are marked.
    pub(crate) marks: BTreeMap<String, DeletedMark>,
    /// The target objects that this run has looked up: each is asked for once.
    pub(crate) found: Mutex<BTreeMap<Find, Found>>,
    /// The mappings of before that records of this run were written by.
    pub(crate) older: Older,
    /// By stream, where its records say what amount of money they are about.
    pub(crate) amounts: BTreeMap<String, Amount>,
    /// The first day whose documents are brought, where one is set and this run keeps to it.
    pub(crate) start_date: Option<StartDate>,
    /// Whether the target may hold more than the state knows.
    pub(crate) restored: Restored,
    /// How many objects a plan has made up.
    pub(crate) placeholders: AtomicI64,
    /// The way back, for entities whose changes flow both ways.
    pub(crate) back: Option<Box<Work>>,
}

impl Work {
    /// The fields that identify an object of an entity.
    pub(crate) fn match_on<'a>(&'a self, entity: &'a Entity, object: &str) -> &'a [String] {
        if entity.write.match_on.is_empty() {
            return self.keys.get(object).map_or(&[], Vec::as_slice);
        }
        &entity.write.match_on
    }

    /// What the field of an object holds that says whether it is deleted: since a moment, or not at all. Nothing where
    /// objects are not deleted so.
    pub(crate) fn deleted(
        &self,
        entity: &Entity,
        object: &str,
        since: Option<Timestamp>,
    ) -> Option<(String, Value)> {
        let field = entity.write.deleted_field.clone()?;
        let mark = self.marks.get(object).copied().unwrap_or(DeletedMark::Time);
        Some((field, mark.value(since)))
    }

    /// Most records in a batch. A target that takes a thousand and more at once is given larger ones: the commits
    /// before and after a batch are the same for few and for many.
    pub(crate) fn batch_records(&self) -> usize {
        let is_bulk = self.capabilities.write_batch_max >= 1_000;
        self.options.batch_records * if is_bulk { 4 } else { 1 }
    }

    /// Whether effects on this target need an intent with its bytes. Guarded upserts may simply be made anew
    /// from the source; a note of which records they touch is enough.
    pub(crate) fn keeps_intents(&self) -> bool {
        self.options.keeps(Mechanism::Intents) && !self.is_guarded()
    }

    /// Whether writes are upserts that an older one cannot undo when it arrives late.
    pub(crate) fn is_guarded(&self) -> bool {
        self.capabilities.effect_class == EffectClass::NaturalKey && self.capabilities.can_guard
    }

    /// The stream group that an entity is read with.
    pub(crate) fn group_of(&self, entity: &Entity) -> Option<&Group> {
        let index = self.blueprint.entities.iter().position(|other| other.name == entity.name)?;
        self.blueprint.groups.iter().find(|group| group.entities.contains(&index))
    }

    /// The id of an object that a plan would make. They count down from -1: they fit numeric columns, and no object
    /// that a target numbers has them.
    pub(crate) fn placeholder(&self) -> String {
        (-1 - self.placeholders.fetch_add(1, Ordering::Relaxed)).to_string()
    }

    /// Whether an id is one that this plan has given.
    pub(crate) fn is_placeholder(&self, id: Option<&str>) -> bool {
        let given = self.placeholders.load(Ordering::Relaxed);
        let is_ours = |id: &str| id.parse::<i64>().is_ok_and(|id| (-given..0).contains(&id));
        self.purpose.is_dry()
            && self.capabilities.effect_class != EffectClass::NaturalKey
            && id.is_some_and(is_ours)
    }

    /// Whether a person asked for just these records.
    pub(crate) fn is_asked(&self) -> bool {
        self.records.is_some()
    }

    /// Whether the run covers an entity. What carries its changes back goes with it.
    pub(crate) fn covers(&self, entity: &Entity) -> bool {
        let of = entity.back.as_ref().map(|back| &back.of);
        self.only.is_empty() || self.only.iter().any(|name| *name == entity.name || Some(name) == of)
    }

    /// What carries the changes of an entity's objects back, where they flow both ways.
    pub(crate) fn way_back(&self, entity: &Entity) -> Option<(&Self, &Entity)> {
        let back = self.back.as_deref()?;
        let is_of = |other: &&Entity| other.back.as_ref().is_some_and(|back| back.of == entity.name);
        Some((back, back.blueprint.entities.iter().find(is_of)?))
    }
}
