//! The world outside the engine: a source that changes while it is read, and a target that loses answers.
//!
//! Requests belong to the world: one that was sent takes effect at its time, whether or not the engine that
//! sent it still lives. All chance comes from the seed.

use super::Habits;
use crate::stage::{EPOCH, Luck};
use engine_contract::{EffectClass, Value};
use rand::{Rng, RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long a changed row may stay invisible to readers.
pub(crate) const LAG: Duration = Duration::from_millis(2500);
/// What the source declares: the lag, rounded up over whole seconds.
pub(crate) const DECLARED_LAG: Duration = Duration::from_secs(4);
/// How long the engine waits for an answer.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(2000);
/// The latest moment at which a request takes effect after it was sent.
pub(crate) const LATE: Duration = Duration::from_millis(8000);
/// What the target declares as the longest such time.
pub(crate) const SETTLE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: u64,
    pub(crate) modified: i64,
    pub(crate) amount: i64,
    /// The customer of an order.
    pub(crate) parent: Option<u64>,
    /// The lines of an order: id and amount.
    pub(crate) lines: Vec<(u64, i64)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) kind: String,
    pub(crate) marker: String,
    pub(crate) fields: BTreeMap<String, Value>,
    pub(crate) token: u64,
    pub(crate) revision: i64,
}

/// A request on its way.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) kind: String,
    pub(crate) idempotency_key: String,
    pub(crate) marker: String,
    pub(crate) target_id: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) revision: i64,
    pub(crate) fields: BTreeMap<String, Value>,
    pub(crate) is_delete: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Done {
        id: String,
        token: u64,
        created: bool,
    },
    Superseded {
        id: String,
    },
    Stale,
    /// The content is not to the service's taste, for now; a service that remembers keys remembers this too.
    Refused,
}

pub(crate) type Slot = Arc<Mutex<Option<Answer>>>;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    /// It never arrives, and the sender may or may not know.
    Lost {
        known: bool,
    },
    /// It takes effect, the answer is lost.
    AnswerLost,
    /// It takes effect later than anyone waits.
    Late,
    Throttled,
}

pub(crate) struct World {
    pub(crate) luck: Luck,
    pub(crate) class: EffectClass,
    pub(crate) habits: Habits,
    /// How far the source's clock is ahead of the engine's.
    skew: i64,
    pub(crate) rows: BTreeMap<&'static str, BTreeMap<u64, Row>>,
    unseen: Vec<(Instant, &'static str, Row)>,
    next_row: u64,
    /// Whether the service refuses some amounts. Then no row is deleted: a refused record that is gone stays a
    /// failed record, which is right, and would hide others here.
    picky: bool,
    /// Amounts stay below this: small ones make content come back to what it was.
    amounts: i64,
    changes_left: u32,
    pub(crate) objects: BTreeMap<String, Object>,
    next_object: u64,
    /// Revisions of deleted objects, on targets with natural keys.
    tombstones: BTreeMap<(String, String), i64>,
    answered: BTreeMap<String, Answer>,
    under_way: Vec<(Instant, Request, Option<Slot>)>,
    outage: Option<(Duration, Duration)>,
    /// How many writes were asked for.
    pub(crate) sent: u64,
    /// The engine's state was put back to an earlier one.
    pub(crate) forgotten: bool,
}

pub(crate) type Shared = Arc<Mutex<World>>;

pub(crate) fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(mut luck: Luck, class: EffectClass, habits: Habits) -> Self {
        let skew = luck.rng.random_range(-600..=600);
        let outage = luck.chance(habits.profile.outages).then(|| {
            let start = luck.rng.random_range(1000..20_000);
            (Duration::from_millis(start), Duration::from_millis(start + luck.rng.random_range(3000..40_000)))
        });
        let picky = luck.rng.random_bool(0.5);
        let amounts = if luck.rng.random_bool(0.5) { 4 } else { 1000 };
        let mut world = Self {
            amounts,
            picky,
            tombstones: BTreeMap::new(),
            luck,
            class,
            habits,
            skew,
            rows: BTreeMap::from([("customers", BTreeMap::new()), ("orders", BTreeMap::new())]),
            unseen: Vec::new(),
            next_row: 0,
            changes_left: habits.profile.changes,
            objects: BTreeMap::new(),
            next_object: 100,
            answered: BTreeMap::new(),
            under_way: Vec::new(),
            outage,
            sent: 0,
            forgotten: false,
        };
        world.fill();
        world
    }

    fn fill(&mut self) {
        for _ in 0..self.luck.rng.random_range(2..8) {
            let row = self.new_row(None);
            self.insert("customers", row);
        }
        for _ in 0..self.luck.rng.random_range(4..16) {
            let parent = self.any_customer();
            let row = self.new_row(parent);
            self.insert("orders", row);
        }
    }

    fn new_row(&mut self, parent: Option<u64>) -> Row {
        self.next_row += 1;
        let modified = EPOCH + self.skew - self.luck.rng.random_range(0..3);
        let (id, amount) = (self.next_row, self.amount());
        let lines = if parent.is_some() { self.new_lines() } else { Vec::new() };
        Row { id, modified, amount, parent, lines }
    }

    fn amount(&mut self) -> i64 {
        self.luck.rng.random_range(1..self.amounts)
    }

    fn new_lines(&mut self) -> Vec<(u64, i64)> {
        let count = self.luck.rng.random_range(0..3);
        (0..count).map(|_| self.new_line()).collect()
    }

    fn new_line(&mut self) -> (u64, i64) {
        self.next_row += 1;
        (self.next_row, self.amount())
    }

    /// Takes a line away, adds one, or changes one.
    fn change_lines(&mut self, row: &mut Row) {
        if row.parent.is_none() {
            return;
        }
        match self.luck.rng.random_range(0..3) {
            0 => drop(row.lines.pop()),
            1 => row.lines.push(self.new_line()),
            _ => {
                let amount = self.amount();
                if let Some(line) = row.lines.first_mut() {
                    line.1 = amount;
                }
            }
        }
    }

    /// Where a service refuses, every row changes once more, in nothing but its date. Elsewhere nothing does:
    /// it would heal what was lost.
    pub(crate) fn touch_refused(&mut self) {
        if self.picky {
            let now = self.now();
            self.rows.values_mut().flat_map(BTreeMap::values_mut).for_each(|row| row.modified = now);
        }
    }

    fn insert(&mut self, stream: &'static str, row: Row) {
        self.rows.entry(stream).or_default().insert(row.id, row);
    }

    fn any_customer(&mut self) -> Option<u64> {
        let unseen =
            self.unseen.iter().filter(|(_, stream, _)| *stream == "customers").map(|(_, _, row)| row.id);
        let mut ids: Vec<u64> = self.rows.get("customers")?.keys().copied().chain(unseen).collect();
        ids.sort_unstable();
        ids.dedup();
        let index = self.luck.rng.random_range(0..ids.len());
        ids.get(index).copied()
    }

    /// The source's clock in seconds.
    pub(crate) fn now(&self) -> i64 {
        EPOCH + self.skew + i64::try_from(self.luck.start().elapsed().as_secs()).unwrap_or(i64::MAX)
    }

    /// Lets everything happen whose time has come, and perhaps changes the source.
    pub(crate) fn tick(&mut self) {
        self.catch_up();
        if self.luck.troubled {
            self.change();
        }
    }

    pub(crate) fn catch_up(&mut self) {
        let now = Instant::now();
        let mut index = 0;
        while index < self.under_way.len() {
            if self.under_way[index].0 > now {
                index += 1;
                continue;
            }
            let (_, request, slot) = self.under_way.remove(index);
            let answer = self.apply(&request);
            if let Some(slot) = slot {
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
            }
        }
        let (due, later) = std::mem::take(&mut self.unseen).into_iter().partition(|(at, ..)| *at <= now);
        self.unseen = later;
        for (_, stream, row) in due as Vec<(Instant, &'static str, Row)> {
            self.insert(stream, row);
        }
    }

    /// Everything that is still on its way has arrived.
    pub(crate) fn is_calm(&self) -> bool {
        self.under_way.is_empty() && self.unseen.is_empty()
    }

    /// Changes the source a few times.
    pub(crate) fn stir(&mut self) {
        self.changes_left = 6;
        for _ in 0..12 {
            self.change();
        }
        self.changes_left = 0;
    }

    fn change(&mut self) {
        if self.changes_left == 0 || !self.luck.chance(self.habits.profile.change + 20) {
            return;
        }
        self.changes_left -= 1;
        let stream = if self.luck.rng.random_bool(0.3) { "customers" } else { "orders" };
        let ids: Vec<u64> = self.rows[stream].keys().copied().collect();
        let kind = self.luck.rng.random_range(0..10);
        let row = if kind < 4 || ids.is_empty() {
            let parent = if stream == "orders" { self.any_customer() } else { None };
            Row { modified: self.now(), ..self.new_row(parent) }
        } else {
            let id = ids[self.luck.rng.random_range(0..ids.len())];
            if self.unseen.iter().any(|(_, _, row)| row.id == id) {
                return;
            }
            if kind == 9 && stream == "orders" && !self.picky {
                self.luck.tell(|| format!("{stream} {id} is deleted"));
                self.rows.get_mut(stream).map(|rows| rows.remove(&id));
                return;
            }
            let mut row =
                Row { modified: self.now(), amount: self.amount(), ..self.rows[stream][&id].clone() };
            self.change_lines(&mut row);
            row
        };
        let (id, amount) = (row.id, row.amount);
        self.luck.tell(|| format!("{stream} {id} becomes {amount}"));
        if self.luck.chance(self.habits.profile.hidden) {
            let wait = Duration::from_millis(
                self.luck.rng.random_range(0..u64::try_from(LAG.as_millis()).unwrap_or(0)),
            );
            self.unseen.push((Instant::now() + wait, stream, row));
        } else {
            self.insert(stream, row);
        }
    }

    /// A page by (modified, unstable order), from a moment, without the rows already seen.
    pub(crate) fn page(&mut self, stream: &str, since: i64, seen: &[u64], limit: usize) -> Vec<Row> {
        let rows = self.rows.get(stream).into_iter().flat_map(BTreeMap::values);
        let mut page: Vec<Row> =
            rows.filter(|row| row.modified >= since && !seen.contains(&row.id)).cloned().collect();
        let mut order = ChaCha8Rng::seed_from_u64(self.luck.rng.next_u64());
        page.shuffle(&mut order);
        page.sort_by_key(|row| row.modified);
        page.truncate(limit);
        self.luck.note(page.len() as u64);
        page
    }

    pub(crate) fn fate(&mut self) -> Fate {
        if !self.luck.troubled {
            return Fate::Answered;
        }
        let elapsed = self.luck.start().elapsed();
        if self.outage.is_some_and(|(from, to)| elapsed >= from && elapsed < to) {
            return match self.luck.rng.random_range(0..3) {
                0 => Fate::Lost { known: self.luck.rng.random_bool(0.5) },
                1 => Fate::AnswerLost,
                _ => Fate::Late,
            };
        }
        let profile = self.habits.profile;
        let known = self.luck.rng.random_bool(0.5);
        let fates = [
            (profile.refused + profile.lost + profile.failed, Fate::Lost { known }),
            (profile.unanswered + profile.failed_after + profile.cut, Fate::AnswerLost),
            (profile.throttled, Fate::Throttled),
            (profile.late, Fate::Late),
        ];
        let mut left = self.luck.rng.random_range(0..1000);
        for (share, fate) in fates {
            if left < share {
                return fate;
            }
            left -= share;
        }
        Fate::Answered
    }

    /// Puts a request on its way; its answer appears in the slot.
    pub(crate) fn post(&mut self, request: Request, fate: Fate, soon: Duration) -> Slot {
        let slot = Slot::default();
        let now = Instant::now();
        self.luck.tell(|| format!("write {} {:?}: {fate:?}", request.kind, request.fields));
        match fate {
            Fate::Answered => self.under_way.push((now + soon, request, Some(Arc::clone(&slot)))),
            Fate::AnswerLost => self.under_way.push((now + soon, request, None)),
            Fate::Late => {
                let late = self.luck.rng.random_range(TIMEOUT.as_millis()..LATE.as_millis());
                let late = Duration::from_millis(u64::try_from(late).unwrap_or(0));
                self.under_way.push((now + late, request, None));
            }
            Fate::Lost { .. } | Fate::Throttled => {}
        }
        slot
    }

    /// One amount in ten is refused while there is trouble.
    fn refuses(&self, request: &Request) -> bool {
        let amount = match request.fields.get("amount") {
            Some(Value::Int(amount)) => *amount,
            _ => 0,
        };
        self.picky && self.luck.troubled && !request.is_delete && amount % 10 == 3
    }

    fn apply(&mut self, request: &Request) -> Answer {
        let answer = match self.class {
            EffectClass::NaturalKey if self.refuses(request) => Answer::Refused,
            EffectClass::NaturalKey => self.upsert(request),
            EffectClass::IdempotencyKey
                if self.habits.profile.forgets_updates && request.target_id.is_some() =>
            {
                self.write(request, true)
            }
            EffectClass::IdempotencyKey => {
                let remembered = self.answered.get(&request.idempotency_key).cloned();
                let answer = remembered.unwrap_or_else(|| self.write(request, true));
                self.answered.insert(request.idempotency_key.clone(), answer.clone());
                answer
            }
            EffectClass::Marker | EffectClass::None => self.write(request, false),
        };
        self.luck.note(match &answer {
            Answer::Done { token, .. } => 3 + token,
            Answer::Superseded { .. } => 1,
            Answer::Stale => 2,
            Answer::Refused => 4,
        });
        answer
    }

    fn upsert(&mut self, request: &Request) -> Answer {
        let id = request
            .fields
            .get("source_id")
            .and_then(Value::scalar_text)
            .or_else(|| request.target_id.clone());
        let place = (request.kind.clone(), id.unwrap_or_default());
        let dead = self.tombstones.get(&place).copied().unwrap_or(i64::MIN);
        let id = format!("{}:{}", place.0, place.1);
        let live = self.objects.get(&id).map_or(i64::MIN, |object| object.revision);
        if self.habits.guards && request.revision < dead.max(live) {
            return Answer::Superseded { id: place.1 };
        }
        if request.is_delete {
            self.objects.remove(&id);
            self.tombstones.insert(place.clone(), request.revision);
            return Answer::Done { id: place.1, token: 0, created: false };
        }
        let created = self.objects.insert(id, object(request)).is_none();
        Answer::Done { id: place.1, token: 0, created }
    }

    fn write(&mut self, request: &Request, versioned: bool) -> Answer {
        if self.refuses(request) {
            return Answer::Refused;
        }
        let Some(id) = &request.target_id else { return self.create(request) };
        let Some(object) = self.objects.get_mut(id) else {
            return if request.is_delete {
                Answer::Done { id: id.clone(), token: 0, created: false }
            } else {
                Answer::Stale
            };
        };
        // A request without a version does not ask for one.
        if versioned && request.token.as_ref().is_some_and(|token| *token != object.token.to_string()) {
            return Answer::Stale;
        }
        if request.is_delete {
            self.objects.remove(id);
            return Answer::Done { id: id.clone(), token: 0, created: false };
        }
        object.fields.clone_from(&request.fields);
        object.token += 1;
        Answer::Done { id: id.clone(), token: object.token, created: false }
    }

    fn create(&mut self, request: &Request) -> Answer {
        self.next_object += 1;
        let id = self.next_object.to_string();
        self.objects.insert(id.clone(), object(request));
        Answer::Done { id, token: 0, created: true }
    }
}

fn object(request: &Request) -> Object {
    Object {
        kind: request.kind.clone(),
        marker: request.marker.clone(),
        fields: request.fields.clone(),
        token: 0,
        revision: request.revision,
    }
}
