//! Walking a path on a record.

use crate::mapping::{Hop, PathRule, Root, Way};
use engine_contract::{Kind, Record, Step, Value};
use jsonpath_rust::{
    parser::{model::JpQuery, parse_json_path},
    query::js_path_process,
};
use std::collections::BTreeMap;

/// The parsed form of every path that needs the evaluator, by text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queries(BTreeMap<String, JpQuery>);

impl Queries {
    /// Parses the path of a rule, if it needs that. False when it is no path.
    pub(crate) fn add(&mut self, path: &PathRule) -> bool {
        let Way::Query { text, .. } = &path.way else { return true };
        let Ok(query) = parse_json_path(text) else { return false };
        self.0.insert(text.clone(), query);
        true
    }

    fn hits(&self, text: &str, start: &Record) -> Vec<Value> {
        let Some(query) = self.0.get(text) else { return Vec::new() };
        let Ok(json) = serde_json::from_slice::<serde_json::Value>(&start.as_bytes()) else {
            return Vec::new();
        };
        let Ok(hits) = js_path_process(query, &json) else { return Vec::new() };
        hits.into_iter().map(|hit| Value::from(hit.val().clone())).collect()
    }
}

/// The value that a rule takes from a path: nothing when there is no hit, and for a list none.
pub(crate) fn value(
    path: &PathRule,
    record: &Record,
    item: Option<&Record>,
    queries: &Queries,
) -> Option<Value> {
    let start = start(path.root, record, item)?;
    match &path.way {
        Way::One(one) => start.get(one),
        Way::Many(hops) => {
            let hits = walk(start, hops);
            (!hits.is_empty()).then(|| Value::List(hits.iter().map(Record::to_value).collect()))
        }
        Way::Query { text, first: true } => queries.hits(text, start).into_iter().next(),
        Way::Query { text, first: false } => {
            let hits = queries.hits(text, start);
            (!hits.is_empty()).then_some(Value::List(hits))
        }
    }
}

/// Every hit of a path, as parts of the record: the elements of an `each`.
pub(crate) fn all(path: &PathRule, record: &Record, item: Option<&Record>, queries: &Queries) -> Vec<Record> {
    let Some(start) = start(path.root, record, item) else { return Vec::new() };
    match &path.way {
        Way::One(one) => start.part(one).into_iter().collect(),
        Way::Many(hops) => walk(start, hops),
        Way::Query { text, .. } => queries.hits(text, start).iter().map(Record::from_value).collect(),
    }
}

/// Whether every list that a path goes through is there: then its hits are all that there are.
pub(crate) fn leads_to_list(path: &PathRule, record: &Record) -> bool {
    let Way::Many(hops) = &path.way else { return true };
    let lists = hops.iter().enumerate().filter(|(_, hop)| matches!(hop, Hop::All));
    lists.into_iter().all(|(index, _)| {
        let above = walk(record, hops.get(..index).unwrap_or_default());
        !above.is_empty() && above.iter().all(|list| list.kind() == Kind::List)
    })
}

fn start<'a>(root: Root, record: &'a Record, item: Option<&'a Record>) -> Option<&'a Record> {
    match root {
        Root::Record => Some(record),
        Root::Element => item,
    }
}

fn walk(start: &Record, hops: &[Hop]) -> Vec<Record> {
    let mut here = vec![start.clone()];
    for hop in hops {
        here = here.iter().flat_map(|record| hits(record, hop)).collect();
    }
    here
}

fn hits(record: &Record, hop: &Hop) -> Vec<Record> {
    match hop {
        Hop::Step(Step::Key(name)) => record.member(name).into_iter().collect(),
        Hop::Step(Step::Index(index)) => record.element(*index).into_iter().collect(),
        Hop::All => record.elements().unwrap_or_else(|| {
            let members = record.members().unwrap_or_default();
            members.into_iter().map(|(_, member)| member).collect()
        }),
    }
}
