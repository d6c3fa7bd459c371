//! What the engine relies on when it reads.

use super::{
    drive::{Pass, Seen, Way},
    verdict::Check,
};
use crate::conform;
use engine_contract::EntitySchema;
use std::collections::BTreeSet;

/// Judges what was seen of a stream.
pub(super) fn judge(seen: &Seen, schema: &EntitySchema, precision: impl Fn(&str) -> u32) -> Vec<Check> {
    let mut checks = Vec::new();
    for way in &seen.ways {
        let about = match &way.cursor {
            None => schema.name.clone(),
            Some(cursor) => format!("{} by {cursor}", schema.name),
        };
        checks.push(end(&about, way));
        checks.push(once(&about, way));
        if let Some(cursor) = &way.cursor {
            checks.push(rising(&about, way));
            checks.push(since(&about, way, precision(cursor)));
        }
    }
    checks.extend((seen.ways.len() > 1).then(|| agreement(seen, &schema.name)));
    checks.push(fields(seen, schema));
    checks.push(fetched(seen, &schema.name));
    checks
}

fn count(records: usize) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}

fn end(about: &str, way: &Way) -> Check {
    const PROMISE: &str = "reads to its end";
    let Pass { records, ended, stopped, broken, .. } = &way.whole;
    let mut against: Vec<String> = broken.clone();
    if !ended && !stopped {
        against.push("the read has no end".to_owned());
    }
    let how = if *stopped { ", and then the recording stops" } else { "" };
    Check::of(about, PROMISE, format!("{}{how}", count(records.len())), against)
}

/// Small batches bring the same records as one large one, each once.
fn once(about: &str, way: &Way) -> Check {
    const PROMISE: &str = "pages bring each record once";
    let keys = |pass: &Pass| pass.records.iter().map(|record| record.key.clone()).collect::<Vec<_>>();
    let (whole, small) = (keys(&way.whole), keys(&way.small));
    let mut against = Vec::new();
    for (pass, keys) in [("read whole", &whole), ("in batches of three", &small)] {
        let mut seen = BTreeSet::new();
        let twice = keys.iter().filter(|key| !seen.insert(*key));
        against.extend(twice.map(|key| format!("{pass}, the record `{key}` came twice")));
    }
    for (index, (one, other)) in whole.iter().zip(&small).enumerate() {
        if one != other {
            let place = index + 1;
            against
                .push(format!("record {place} is `{one}` in one batch, and `{other}` in batches of three"));
            break;
        }
    }
    if way.small.ended && small.len() != whole.len() && way.whole.ended {
        against.push(format!("{} came in batches of three, and {} in one", small.len(), whole.len()));
    }
    if whole.is_empty() {
        return Check::untold(about, PROMISE, "nothing was recorded but an empty list");
    }
    Check::of(about, PROMISE, format!("{} in batches of three", count(small.len())), against)
}

/// The engine stores a cursor and asks from there: what comes out of order would be lost.
fn rising(about: &str, way: &Way) -> Check {
    const PROMISE: &str = "its cursor rises";
    let mut against = Vec::new();
    for pass in [&way.whole, &way.small] {
        let mut last = None;
        for record in &pass.records {
            if record.modified.is_none() {
                against.push(format!("the record `{}` has no place on the cursor", record.key));
            } else if record.modified < last {
                against.push(format!("the record `{}` comes after a later one", record.key));
            }
            last = record.modified.max(last);
        }
    }
    let told = way.clock.map(|clock| format!("the service's time is {clock}"));
    let last = way.whole.checkpoints.last().map(|last| format!("up to {last}"));
    let seen = [last, told].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Check::of(about, PROMISE, seen, against)
}

/// From the place of a record on, that record comes again, and nothing before it.
fn since(about: &str, way: &Way, precision: u32) -> Check {
    const PROMISE: &str = "is read from a place on";
    let Some((from, pass)) = &way.since else {
        return Check::untold(about, PROMISE, "no record was recorded to begin with");
    };
    let bound = crate::runtime::floor(*from, precision);
    let mut against = Vec::new();
    let early = pass.records.iter().filter(|record| record.modified.is_some_and(|at| at < bound));
    against
        .extend(early.map(|record| format!("the record `{}` is older than what was asked for", record.key)));
    let wanted = way.whole.records.iter().filter(|record| record.modified.is_some_and(|at| at >= *from));
    for record in wanted.filter(|_| pass.ended && way.whole.ended) {
        if !pass.records.iter().any(|other| other.key == record.key) {
            against.push(format!("the record `{}` is missing: the bound leaves it out", record.key));
        }
    }
    Check::of(about, PROMISE, format!("{} from {from}", count(pass.records.len())), against)
}

/// What a sweep brings, changes bring too: a page that ends too early is seen here.
fn agreement(seen: &Seen, about: &str) -> Check {
    const PROMISE: &str = "every way brings the same records";
    let keys = |way: &Way| way.whole.records.iter().map(|record| record.key.clone()).collect::<BTreeSet<_>>();
    let ended: Vec<&Way> = seen.ways.iter().filter(|way| way.whole.ended).collect();
    let Some((first, rest)) = ended.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Check::untold(about, PROMISE, "there is one way that was read to its end");
    };
    let (all, mut against) = (keys(first), Vec::new());
    for way in rest {
        let (name, other) = (way.cursor.as_deref().unwrap_or_default(), keys(way));
        against.extend(all.difference(&other).map(|key| format!("by {name}, the record `{key}` is missing")));
        against
            .extend(other.difference(&all).map(|key| format!("in a sweep, the record `{key}` is missing")));
    }
    Check::of(about, PROMISE, count(all.len()), against)
}

/// Records are what the field schemas say.
fn fields(seen: &Seen, schema: &EntitySchema) -> Check {
    const PROMISE: &str = "records match the field schemas";
    let (mut against, mut strange, mut judged) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for record in seen.ways.iter().flat_map(|way| &way.whole.records) {
        judged.insert(&record.key);
        let json = serde_json::from_slice(&record.record.as_bytes()).unwrap_or_default();
        let serde_json::Value::Object(members) = json else {
            against.insert(format!("the record `{}` is no object", record.key));
            continue;
        };
        if let Err(why) = conform::members(&schema.fields, true, &members) {
            against.insert(format!("{why} (record `{}`)", record.key));
        }
        strange.extend(members.into_iter().map(|(name, _)| name).filter(|name| schema.field(name).is_none()));
    }
    if judged.is_empty() {
        return Check::untold(&schema.name, PROMISE, "no record was recorded");
    }
    let strange: Vec<String> = strange.into_iter().collect();
    let seen = if strange.is_empty() {
        count(judged.len())
    } else {
        format!("not described: {}", strange.join(", "))
    };
    Check::of(&schema.name, PROMISE, seen, against.into_iter().collect())
}

/// Records come by their keys, and a key that nothing has brings nothing.
fn fetched(seen: &Seen, about: &str) -> Check {
    const PROMISE: &str = "records are found by their keys";
    let (asked, came) = &seen.fetched;
    let mut against: Vec<String> = asked
        .iter()
        .filter(|key| !came.contains(key))
        .map(|key| format!("the record `{key}` was read, and is not found by its key"))
        .collect();
    against.extend(seen.missing.iter().map(|key| format!("a key that nothing has brought `{key}`")));
    Check::of(about, PROMISE, format!("{} found", count(came.len())), against)
}
