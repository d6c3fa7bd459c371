//! From the input of a test to what becomes of it.

use crate::{EntityProgram, Find, Found, Item, Links, MapError, Program, Reference, Resolved, Routed};
use engine_contract::{Map, Op, Record, SourceRecord};
use engine_project::{model::Status, project::Test};

/// What became of one item of a test's input.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it ended.
    pub status: Status,
    /// The route it took, as far as it came.
    pub route: Option<String>,
    /// The fields; empty where it was not mapped to the end.
    pub fields: Map,
    /// Why it failed.
    pub error: Option<MapError>,
}

impl Ended {
    /// Whether there is a target object.
    #[must_use]
    pub fn is_mapped(&self) -> bool {
        matches!(self.status, Status::Created | Status::Updated)
    }
}

/// Maps the input of a test: what becomes of each of its items.
///
/// # Errors
/// A sentence that says why there is nothing to map: the input is no record, or the entity is not there.
pub fn map_input(program: &Program, test: &Test) -> Result<Vec<Ended>, String> {
    let source = input(test)?;
    let Some(entity) = program.entity_named(&test.entity) else {
        return Err(format!("the pipeline has no entity `{}`", test.entity));
    };
    Ok(ends(entity, &source, test))
}

/// What becomes of each item of a record, with the links and target objects of a test.
pub(super) fn ends(entity: &EntityProgram, source: &SourceRecord, test: &Test) -> Vec<Ended> {
    let op = if test.expect.status == Some(Status::Updated) { Op::Update } else { Op::Create };
    entity.items(source).iter().map(|item| end(entity, item, &Stubs(test), op)).collect()
}

/// The record of a test: the first one, where the input is a list.
pub(super) fn input(test: &Test) -> Result<SourceRecord, String> {
    let parsed = parsed(test)?;
    let record = match parsed.elements() {
        Some(elements) => {
            let none = || format!("input of {}: the list is empty", test.input_file);
            elements.into_iter().next().ok_or_else(none)?
        }
        None => parsed,
    };
    Ok(sourced(test, record))
}

/// Every record of a test's input.
pub(super) fn all(test: &Test) -> Result<Vec<SourceRecord>, String> {
    let parsed = parsed(test)?;
    let records = match parsed.elements() {
        Some(elements) => elements,
        None => vec![parsed],
    };
    Ok(records.into_iter().map(|record| sourced(test, record)).collect())
}

fn parsed(test: &Test) -> Result<Record, String> {
    Record::parse(test.input.clone()).map_err(|error| format!("input of {}: {error}", test.input_file))
}

fn sourced(test: &Test, record: Record) -> SourceRecord {
    let id = record.member("id").and_then(|id| id.to_value().scalar_text());
    SourceRecord {
        key: id.unwrap_or_else(|| "test".to_owned()),
        modified: None,
        record,
        origin: test.input_file.clone(),
        is_admitted: true,
    }
}

fn end(entity: &EntityProgram, item: &Item, links: &Stubs<'_>, op: Op) -> Ended {
    let ended = |status, error| Ended { status, route: None, fields: Map::new(), error };
    match &item.admitted {
        Ok(true) => {}
        Ok(false) => return ended(Status::Filtered, None),
        Err(error) => return ended(Status::Failed, Some(error.clone())),
    }
    let failed = |error: MapError| {
        let status = if error.blocks() { Status::Blocked } else { Status::Failed };
        ended(status, Some(error))
    };
    let mapped = match entity.map(item, None, links) {
        Ok(Routed::Mapped(mapped)) => mapped,
        Ok(Routed::Filtered) => return ended(Status::Filtered, None),
        Ok(Routed::Missing { .. }) => return ended(Status::Held, None),
        Err(error) => return failed(error),
    };
    let route = mapped.route.clone();
    match mapped.resolve(links, op) {
        Resolved::Ready(fields) => {
            let status = if op == Op::Update { Status::Updated } else { Status::Created };
            Ended { status, route, fields, error: None }
        }
        Resolved::Missing { .. } | Resolved::Awaits => Ended { route, ..ended(Status::Held, None) },
        Resolved::Blocked(error) | Resolved::Failed(error) => Ended { route, ..failed(error) },
    }
}

/// The links and target objects that a test says exist.
pub(super) struct Stubs<'a>(pub(super) &'a Test);

impl Links for Stubs<'_> {
    fn target_id(&self, reference: &Reference) -> Option<String> {
        let Reference { entity, route, key } = reference;
        let named = |name: &str| self.0.refs.get(name)?.get(key).cloned();
        match route {
            Some(route) => named(&format!("{entity}.{route}")),
            None => named(entity).or_else(|| {
                let mut routes =
                    self.0.refs.iter().filter(|(name, _)| name.split('.').next() == Some(entity));
                routes.find_map(|(_, links)| links.get(key)).cloned()
            }),
        }
    }

    fn found(&self, find: &Find) -> Option<Found> {
        self.0.find.get(&find.object)?.get(&find.value).cloned().map(Found::One)
    }
}
