//! What is about to be done to a target object: the effect, its exact bytes, and the names that stay the same
//! for every attempt.

use super::{Fault, link::Ready};
use crate::{
    key::RecordKey,
    options::Mechanism,
    state::{Intent, Known, Link},
    work::Work,
};
use engine_contract::{ContentHash, Current, Encode, Map, Op, Value, content_hash};
use engine_plan::{Entity, Item};

/// Something to be done to the target for one record.
pub(crate) struct Effect {
    pub(crate) op: Op,
    pub(crate) link: Link,
    pub(crate) fields: Map,
    pub(crate) item: Option<Item>,
    pub(crate) known: Known,
    /// For a create: the fields of an update, where they are others.
    update: Option<Map>,
    /// The hash of the content with references by record, where the run makes or keeps to a plan.
    pub(crate) promised: Option<ContentHash>,
    /// The object was there before: `write.match` found it.
    pub(crate) is_adopted: bool,
    /// The object as it is now, where that was looked at because the state may not know it.
    pub(crate) there: Option<Current>,
}

impl Effect {
    /// The create or update that brings content to the target.
    pub(crate) fn content(
        work: &Work,
        entity: &Entity,
        (item, known, version): (Item, Known, Option<String>),
        Ready { route, object, mut fields, mut update, hash, promised }: Ready,
    ) -> Self {
        // What is there is not deleted: said with every write, because the mark is no part of what is compared.
        if let Some((field, alive)) = work.deleted(entity, &object, None) {
            if let Some(update) = &mut update {
                update.insert(field.clone(), alive.clone());
            }
            fields.insert(field, alive);
        }
        let live = known.link.as_ref().filter(|link| link.target_id.is_some());
        let link = Link {
            record: RecordKey { entity: entity.name.clone(), key: item.key.clone() },
            source_key: item.source.key.clone(),
            target_connection: work.blueprint.target.connection.clone(),
            target_object: object,
            target_id: live.and_then(|link| link.target_id.clone()),
            route,
            parent_key: item.parent_key.clone(),
            source_revision: version,
            sent_hash: hash,
            generation: next_generation(&known),
            target_token: live.and_then(|link| link.target_token.clone()),
            mapping_hash: entity.mapping_hash.clone(),
            shared: entity.write.shared,
        };
        let op = if live.is_some() { Op::Update } else { Op::Create };
        Self { op, link, fields, item: Some(item), known, update, promised, is_adopted: false, there: None }
    }

    /// What an update of a record would be whose content is what was sent last.
    pub(crate) fn standing(link: Link, item: Item, ready: Ready) -> Self {
        let (fields, known) = (ready.fields, Known::default());
        Self {
            op: Op::Update,
            link,
            fields,
            item: Some(item),
            known,
            update: None,
            promised: None,
            is_adopted: false,
            there: None,
        }
    }

    /// What takes back a linked record's target object.
    pub(crate) fn removal(
        (work, entity): (&Work, &Entity),
        op: Op,
        link: &Link,
        (item, known): (Option<Item>, Known),
    ) -> Self {
        let mut link = link.clone();
        link.generation = next_generation(&known);
        let mut fields = Map::new();
        if op == Op::SoftDelete {
            link.sent_hash = ContentHash::SOFT_DELETED;
            fields.extend(work.deleted(entity, &link.target_object, Some(work.context.clock.now())));
        }
        Self { op, link, fields, item, known, update: None, promised: None, is_adopted: false, there: None }
    }

    /// Sends these fields instead, for the same wish: some of them are as the object has them.
    pub(crate) fn keep(&mut self, fields: Map) {
        (self.fields, self.update) = (fields, None);
    }

    /// Carries these fields back, and nothing else. The same values may be carried again later.
    pub(crate) fn write_back(&mut self, fields: Map) {
        let mut told = fields.clone();
        told.insert(String::new(), Value::from(self.link.generation));
        self.link.sent_hash = content_hash(&Value::Map(told));
        self.keep(fields);
    }

    /// Turns a create into the update of an object that was found.
    pub(crate) fn adopt(&mut self, found: Current) {
        self.op = Op::Update;
        self.link.target_id = Some(found.target_id);
        self.link.target_token = found.token;
        self.fields = self.update.take().unwrap_or_else(|| std::mem::take(&mut self.fields));
        self.is_adopted = true;
    }
}

/// Above the generation of every effect that was sent for the record, refused ones included: services may
/// answer a repeated key with a remembered refusal.
fn next_generation(known: &Known) -> i64 {
    known.link.as_ref().map_or(0, |link| link.generation) + 1
}

/// The key that is the same for every attempt of an effect and different for every other effect. Never made
/// from the content: a record that changes between a crash and its retry must not be made twice.
pub(crate) fn request_key(work: &Work, intent: &Intent) -> String {
    let token = intent.link.target_token.as_deref().unwrap_or_default();
    let generation = intent.link.generation.to_string();
    // An object that a restored state does not know must not be made again: the key of its create stays.
    let life = work.restored.life().filter(|_| intent.op != Op::Create);
    let mut words = vec![intent.op.as_str(), &generation, token];
    words.extend(life.as_deref());
    short_hash(work, &intent.link, &words)
}

/// The marker that every attempt to make an object carries.
pub(crate) fn marker(work: &Work, link: &Link) -> String {
    marker_of(work, link, link.generation)
}

/// The marker that a record's object carries when an effect of this generation made it, or wrote it last.
pub(crate) fn marker_of(work: &Work, link: &Link, generation: i64) -> String {
    short_hash(work, link, &["marker", &generation.to_string()])
}

/// The field that carries the marker on the record's route.
fn marker_field<'a>(entity: &'a Entity, link: &Link) -> Option<&'a str> {
    entity.routes.iter().find(|route| route.name == link.route)?.marker.as_deref()
}

/// What may be markers in some bytes: runs of as many of the letters and digits that markers are made of.
pub(crate) fn markers(bytes: &[u8]) -> Vec<String> {
    let is_of_marker = |byte: &u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(byte);
    let runs = bytes.split(|byte| !is_of_marker(byte)).filter(|run| run.len() == MARKER_LENGTH);
    runs.map(|run| String::from_utf8_lossy(run).into_owned()).collect()
}

/// How long markers are.
const MARKER_LENGTH: usize = 32;

/// 32 letters and digits: QuickBooks takes request ids of 50 at most.
fn short_hash(work: &Work, link: &Link, more: &[&str]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let scope = &work.scope;
    let words = [&scope.tenant, &scope.environment, &scope.pipeline, scope.side.as_str()];
    let mut hasher = blake3::Hasher::new();
    for word in words
        .iter()
        .copied()
        .chain([link.record.entity.as_str(), &link.record.key])
        .chain(more.iter().copied())
    {
        hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
    }
    if !work.options.keeps(Mechanism::ContentFreeKeys) {
        hasher.update(&link.sent_hash.0);
    }
    let letter = |byte: &u8| LETTERS.get(usize::from(byte & 31)).copied().map(char::from);
    hasher.finalize().as_bytes().iter().filter_map(letter).collect()
}

/// The exact bytes of an effect, and the id that its object will have where the content decides that.
pub(crate) struct Encoded {
    pub(crate) payload: bytes::Bytes,
    marker: String,
    pub(crate) id: Option<String>,
}

pub(crate) fn encode(work: &Work, entity: &Entity, effect: &Effect) -> Result<Encoded, Fault> {
    let marker = marker(work, &effect.link);
    if effect.op.removes() {
        return Ok(Encoded { payload: bytes::Bytes::new(), marker, id: None });
    }
    let encode = Encode {
        op: effect.op,
        object: &effect.link.target_object,
        fields: &effect.fields,
        match_on: work.match_on(entity, &effect.link.target_object),
        marker: &marker,
        marker_field: marker_field(entity, &effect.link),
    };
    let payload = work.target.encode(&encode).map_err(|error| Fault::from(&error))?;
    // What marks an object says nothing of its key.
    let id = if effect.op == Op::SoftDelete { None } else { work.target.identify(&encode) };
    Ok(Encoded { payload, marker, id })
}

pub(crate) fn intent(
    work: &Work,
    entity: &Entity,
    effect: &Effect,
    encoded: Encoded,
    revision: i64,
) -> Intent {
    let mut link = effect.link.clone();
    // With a natural key the object's id is known before it is made: a crash leaves no object without a link.
    link.target_id = link.target_id.or(encoded.id);
    let mut intent = Intent {
        link,
        op: effect.op,
        payload: encoded.payload,
        match_on: work.match_on(entity, &effect.link.target_object).to_vec(),
        request_key: String::new(),
        marker: encoded.marker,
        revision,
        attempts: 0,
        created_at: work.context.clock.now(),
        quiet_after: None,
    };
    intent.request_key = request_key(work, &intent);
    intent
}

impl std::fmt::Debug for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.op, self.link.record)
    }
}
