//! The books of one company: its objects, their names and numbers, what they add up to.
//!
//! Every change goes through [`Books::put`] or [`Books::remove`], inside of [`Books::atomically`]: a request that is
//! refused leaves nothing behind.

mod render;
mod replay;
mod tally;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::Value;

pub(super) use render::LEVELS;
pub(super) use replay::{Known, Replays};
pub(super) use tally::Tally;
pub(super) use write::Call;

use super::company::defaults;
use super::fault::Outcome;
use super::kind::Kind;
use super::settings::{Choices, Company};
use super::time;
use super::value::{Id, Object, inner, reference, set, text};
use super::webhook::{Change, Happening};

/// The state of one company.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) company: Company,
    pub(super) zone: TimeZone,
    pub(super) choices: Choices,
    pub(super) replays: Replays,
    objects: BTreeMap<Kind, BTreeMap<Id, Entry>>,
    deleted: Vec<Deleted>,
    names: BTreeSet<(Space, String, Kind, Id)>,
    tallies: BTreeMap<Tally, Decimal>,
    /// The customers below a customer.
    jobs: BTreeMap<Id, BTreeSet<Id>>,
    counters: BTreeMap<&'static str, u64>,
    /// What was uploaded, by attachment.
    files: BTreeMap<Id, Bytes>,
    undo: Vec<(Kind, Id, Option<Object>)>,
    changes: Vec<Change>,
}

/// An object, and what it contributed to the tallies when it was stored.
#[derive(Debug)]
struct Entry {
    object: Object,
    tallies: Vec<(Tally, Decimal)>,
}

/// A transaction that is gone; change data capture tells of it.
#[derive(Debug)]
pub(super) struct Deleted {
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) at: Timestamp,
}

/// Where a name or number must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    /// Customers, vendors and employees together.
    People,
    /// The entries of one list.
    List(Kind),
    /// The document numbers of one kind of transaction.
    Numbers(Kind),
}

impl Books {
    /// The books of a new company.
    pub(super) fn open(company: Company, choices: Choices) -> Self {
        let zone = TimeZone::get(&company.timezone).unwrap_or(TimeZone::UTC);
        let mut books = Self {
            company,
            zone,
            choices,
            replays: Replays::default(),
            objects: BTreeMap::new(),
            deleted: Vec::new(),
            names: BTreeSet::new(),
            tallies: BTreeMap::new(),
            jobs: BTreeMap::new(),
            counters: BTreeMap::new(),
            files: BTreeMap::new(),
            undo: Vec::new(),
            changes: Vec::new(),
        };
        defaults::fill(&mut books);
        books.undo.clear();
        books.changes.clear();
        books
    }

    /// Runs a change as a whole: refused, it leaves nothing.
    pub(super) fn atomically<T>(&mut self, change: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.undo.clear();
        let counters = self.counters.clone();
        let (deleted, changes) = (self.deleted.len(), self.changes.len());
        let outcome = change(self);
        let undo = mem::take(&mut self.undo);
        if outcome.is_err() {
            for (kind, id, before) in undo.into_iter().rev() {
                match before {
                    Some(object) => self.put(kind, id, object),
                    None => self.remove(kind, &id),
                }
            }
            self.undo.clear();
            self.counters = counters;
            self.deleted.truncate(deleted);
            self.changes.truncate(changes);
        }
        outcome
    }

    pub(super) fn get(&self, kind: Kind, id: &Id) -> Option<&Object> {
        self.objects.get(&kind)?.get(id).map(|entry| &entry.object)
    }

    /// The objects of a kind, in the order of their ids.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = (&Id, &Object)> {
        self.objects.get(&kind).into_iter().flatten().map(|(id, entry)| (id, &entry.object))
    }

    /// Transactions that were deleted at this moment or later.
    pub(super) fn deleted_since(&self, kind: Kind, since: Timestamp) -> impl Iterator<Item = &Deleted> {
        self.deleted.iter().filter(move |gone| gone.kind == kind && gone.at >= since)
    }

    /// Stores an object under its id, as it is.
    pub(super) fn put(&mut self, kind: Kind, id: Id, object: Object) {
        let tallies = tally::of(self, kind, &id, &object);
        self.name(kind, &id, &object);
        self.add(&tallies, Decimal::ONE);
        let before = self.objects.entry(kind).or_default().insert(id.clone(), Entry { object, tallies });
        let before = before.map(|entry| self.forget(kind, &id, entry));
        self.undo.push((kind, id, before));
    }

    pub(super) fn remove(&mut self, kind: Kind, id: &Id) {
        if let Some(entry) = self.objects.get_mut(&kind).and_then(|objects| objects.remove(id)) {
            let before = self.forget(kind, id, entry);
            self.undo.push((kind, id.clone(), Some(before)));
        }
    }

    /// Takes an entry's name and sums back. Its successor may have the same name, so that is checked.
    fn forget(&mut self, kind: Kind, id: &Id, entry: Entry) -> Object {
        self.add(&entry.tallies, Decimal::NEGATIVE_ONE);
        if let Some((space, name)) = self.unique_name(kind, &entry.object) {
            let successor = self.get(kind, id).and_then(|object| self.unique_name(kind, object));
            if successor.as_ref() != Some(&(space, name.clone())) {
                self.names.remove(&(space, name, kind, id.clone()));
            }
        }
        if let Some(parent) = parent_of(kind, &entry.object) {
            let is_kept =
                self.get(kind, id).is_some_and(|object| parent_of(kind, object).as_ref() == Some(&parent));
            if let Some(jobs) = self.jobs.get_mut(&parent).filter(|_| !is_kept) {
                jobs.remove(id);
            }
        }
        entry.object
    }

    fn name(&mut self, kind: Kind, id: &Id, object: &Object) {
        if let Some((space, name)) = self.unique_name(kind, object) {
            self.names.insert((space, name, kind, id.clone()));
        }
        if let Some(parent) = parent_of(kind, object) {
            self.jobs.entry(parent).or_default().insert(id.clone());
        }
    }

    fn add(&mut self, tallies: &[(Tally, Decimal)], sign: Decimal) {
        for (tally, amount) in tallies {
            *self.tallies.entry(tally.clone()).or_default() += sign * amount;
        }
    }

    /// What a tally stands at.
    pub(super) fn tally(&self, tally: &Tally) -> Decimal {
        self.tallies.get(tally).copied().unwrap_or_default()
    }

    /// What was posted to the accounts by transactions of these days, both included: debits less credits.
    pub(super) fn posted(&self, from: Option<&str>, until: &str) -> BTreeMap<Id, Decimal> {
        let is_within = |entry: &&Entry| {
            let day = text(&entry.object, "TxnDate").unwrap_or_default();
            from.is_none_or(|from| from <= day) && day <= until
        };
        let entries = self.objects.iter().filter(|(kind, _)| kind.is_transaction());
        let mut posted: BTreeMap<Id, Decimal> = BTreeMap::new();
        for entry in entries.flat_map(|(_, entries)| entries.values()).filter(is_within) {
            for (tally, amount) in &entry.tallies {
                if let Tally::Account(id) = tally {
                    *posted.entry(id.clone()).or_default() += amount;
                }
            }
        }
        posted.retain(|_, amount| !amount.is_zero());
        posted
    }

    /// Who has a name or number, beside `except`. Upper and lower case are the same, unless the choice is another.
    pub(super) fn holder(&self, space: Space, name: &str, except: Option<(Kind, &Id)>) -> Option<(Kind, Id)> {
        let name = self.folded(space, name);
        let from = (space, name.clone(), Kind::Account, Id::new(""));
        self.names
            .range(from..)
            .take_while(|(in_space, in_name, _, _)| *in_space == space && *in_name == name)
            .find(|(_, _, kind, id)| except != Some((*kind, id)))
            .map(|(_, _, kind, id)| (*kind, id.clone()))
    }

    /// The next number of a counter; the first is 1.
    pub(super) fn next(&mut self, counter: &'static str) -> u64 {
        let count = self.counters.entry(counter).or_default();
        *count += 1;
        *count
    }

    /// Lets a counter go on behind a number.
    pub(super) fn count_past(&mut self, counter: &'static str, number: u64) {
        let count = self.counters.entry(counter).or_default();
        *count = number.max(*count);
    }

    /// Stores a new object: id, version 0, stamps.
    pub(super) fn insert(&mut self, kind: Kind, mut object: Object, now: Timestamp) -> Id {
        let id = Id::new(self.next(kind.counter()).to_string());
        let stamp = time::stamp(now, &self.zone);
        set(&mut object, "Id", id.as_str());
        set(&mut object, "SyncToken", "0");
        let mut meta = Object::new();
        set(&mut meta, "CreateTime", stamp.clone());
        set(&mut meta, "LastUpdatedTime", stamp);
        set(&mut object, "MetaData", meta);
        self.put(kind, id.clone(), object);
        self.note(kind, &id, Happening::Create, now);
        id
    }

    /// Stores another version of an object: the version goes up by one, the stamp is `now`.
    pub(super) fn change(
        &mut self,
        kind: Kind,
        id: &Id,
        mut object: Object,
        now: Timestamp,
        what: Happening,
    ) {
        let version =
            text(&object, "SyncToken").and_then(|token| token.parse::<u64>().ok()).unwrap_or_default();
        set(&mut object, "SyncToken", (version + 1).to_string());
        if let Some(Value::Object(meta)) = object.get_mut("MetaData") {
            meta.insert("LastUpdatedTime".to_owned(), Value::String(time::stamp(now, &self.zone)));
        }
        self.put(kind, id.clone(), object);
        self.note(kind, id, what, now);
    }

    /// Takes a transaction out for good.
    pub(super) fn erase(&mut self, kind: Kind, id: &Id, now: Timestamp) {
        self.remove(kind, id);
        if kind == Kind::Attachable {
            self.files.remove(id);
        }
        self.deleted.push(Deleted { kind, id: id.clone(), at: now });
        self.note(kind, id, Happening::Delete, now);
    }

    /// Keeps what was uploaded with an attachment.
    pub(super) fn keep_file(&mut self, id: Id, bytes: Bytes) {
        self.files.insert(id, bytes);
    }

    /// The file of an attachment; a note has none.
    pub(super) fn file(&self, id: &Id) -> Option<&Bytes> {
        self.files.get(id)
    }

    pub(super) fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    pub(super) fn note(&mut self, kind: Kind, id: &Id, what: Happening, at: Timestamp) {
        self.changes.push(Change { realm: self.company.realm.clone(), kind, id: id.clone(), what, at });
    }

    /// What changed since this was last asked.
    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        mem::take(&mut self.changes)
    }

    /// A preference that is on or off: `("SalesFormsPrefs", "AllowShipping")`.
    pub(super) fn prefers(&self, group: &str, switch: &str) -> bool {
        self.preference(group, switch).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn preference(&self, group: &str, name: &str) -> Option<&Value> {
        inner(self.get(Kind::Preferences, &Id::new("1"))?, group)?.get(name)
    }

    pub(super) fn home_currency(&self) -> String {
        self.get(Kind::Preferences, &Id::new("1"))
            .and_then(|preferences| inner(preferences, "CurrencyPrefs"))
            .and_then(|group| reference(group, "HomeCurrency"))
            .map_or_else(|| self.company.home_currency.clone(), str::to_owned)
    }

    /// The name or number by which an object must be alone.
    fn unique_name(&self, kind: Kind, object: &Object) -> Option<(Space, String)> {
        let (space, field) = match kind {
            _ if kind.is_person() => (Space::People, kind.name_field()),
            _ if kind.is_transaction() => (Space::Numbers(kind), "DocNumber"),
            _ if kind.is_single() || kind == Kind::Attachable => return None,
            _ => (Space::List(kind), kind.name_field()),
        };
        text(object, field).map(|name| (space, self.folded(space, name)))
    }

    /// A name as it is compared.
    fn folded(&self, space: Space, name: &str) -> String {
        let is_as_written = space == Space::People && !self.choices.folds_names;
        if is_as_written { name.to_owned() } else { name.to_lowercase() }
    }
}

/// The customer above a customer.
fn parent_of(kind: Kind, object: &Object) -> Option<Id> {
    (kind == Kind::Customer).then(|| reference(object, "ParentRef").map(Id::new)).flatten()
}
