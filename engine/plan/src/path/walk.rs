//! Walking a path on a record.

use crate::mapping::{Hop, PathRule, Root};
use engine_contract::{Kind, Path, Record, Step, Value};
use jsonpath_rust::{
    parser::{model::JpQuery, parse_json_path},
    query::js_path_process,
};

/// A path, ready to walk.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    /// The path as written.
    pub(crate) text: String,
    root: Root,
    way: Way,
}

/// See [`crate::mapping::Way`].
#[derive(Clone, Debug)]
enum Way {
    One(Path),
    Many(Vec<Hop>),
    /// For the evaluator; whether its first hit is meant, or the list of all.
    Query(Box<JpQuery>, bool),
}

impl Walk {
    /// Nothing when the text of a query is no path.
    pub(crate) fn new(path: &PathRule) -> Option<Self> {
        let way = match &path.way {
            crate::mapping::Way::One(one) => Way::One(one.clone()),
            crate::mapping::Way::Many(hops) => Way::Many(hops.clone()),
            crate::mapping::Way::Query { text, first } => {
                Way::Query(Box::new(parse_json_path(text).ok()?), *first)
            }
        };
        Some(Self { text: path.text.clone(), root: path.root, way })
    }

    /// The value that a rule takes from the path: nothing when there is no hit, and for a list none.
    pub(crate) fn value(&self, record: &Record, item: Option<&Record>) -> Option<Value> {
        let start = self.start(record, item)?;
        match &self.way {
            Way::One(one) => start.get(one),
            Way::Many(hops) => {
                let hits = walk(start, hops);
                (!hits.is_empty()).then(|| Value::List(hits.iter().map(Record::to_value).collect()))
            }
            Way::Query(query, true) => evaluate(query, start).into_iter().next(),
            Way::Query(query, false) => {
                let hits = evaluate(query, start);
                (!hits.is_empty()).then_some(Value::List(hits))
            }
        }
    }

    /// Every hit of the path, as parts of the record: the elements of an `each`.
    pub(crate) fn all(&self, record: &Record, item: Option<&Record>) -> Vec<Record> {
        let Some(start) = self.start(record, item) else { return Vec::new() };
        match &self.way {
            Way::One(one) => start.part(one).into_iter().collect(),
            Way::Many(hops) => walk(start, hops),
            Way::Query(query, _) => evaluate(query, start).iter().map(Record::from_value).collect(),
        }
    }

    /// Whether every list that the path goes through is there: then its hits are all that there are.
    pub(crate) fn leads_to_list(&self, record: &Record) -> bool {
        let Way::Many(hops) = &self.way else { return true };
        let mut lists = hops.iter().enumerate().filter(|(_, hop)| matches!(hop, Hop::All));
        lists.all(|(index, _)| {
            let above = walk(record, hops.get(..index).unwrap_or_default());
            !above.is_empty() && above.iter().all(|list| list.kind() == Kind::List)
        })
    }

    fn start<'a>(&self, record: &'a Record, item: Option<&'a Record>) -> Option<&'a Record> {
        match self.root {
            Root::Record => Some(record),
            Root::Element => item,
        }
    }
}

fn evaluate(query: &JpQuery, start: &Record) -> Vec<Value> {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(start.as_bytes()) else { return Vec::new() };
    let Ok(hits) = js_path_process(query, &json) else { return Vec::new() };
    hits.into_iter().map(|hit| Value::from(hit.val().clone())).collect()
}

fn walk(start: &Record, hops: &[Hop]) -> Vec<Record> {
    let Some((first, rest)) = hops.split_first() else { return vec![start.clone()] };
    let mut here = hits(start, first);
    for hop in rest {
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
