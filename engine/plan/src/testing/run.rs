//! Maps a test's record and judges the result.

use super::compare::{at, differences};
use crate::{EntityProgram, Find, Found, Item, Links, MapError, Program, Reference, Resolved, Routed};
use engine_contract::{Map, Op, Record, SourceRecord};
use engine_project::{model::Status, project::Test};

/// How a test went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestOutcome {
    /// Whether everything came out as expected.
    pub passed: bool,
    /// What did not, one line each. Unlike errors of a run these show values: they are the test's own.
    pub differences: Vec<String>,
}

/// What became of one item.
struct Ended {
    status: Status,
    route: Option<String>,
    fields: Map,
    error: Option<MapError>,
}

/// Runs a test against the entity that it names.
#[must_use]
pub fn run_test(program: &Program, test: &Test) -> TestOutcome {
    let differences = match input(test) {
        Err(message) => vec![message],
        Ok(source) => match program.entity_named(&test.entity) {
            None => vec![format!("the pipeline has no entity `{}`", test.entity)],
            Some(entity) => judge(test, &ended(entity, test, &source)),
        },
    };
    TestOutcome { passed: differences.is_empty(), differences }
}

fn input(test: &Test) -> Result<SourceRecord, String> {
    let file = &test.input_file;
    let parsed = Record::parse(test.input.clone()).map_err(|error| format!("input of {file}: {error}"))?;
    let record = match parsed.elements() {
        Some(elements) => {
            elements.into_iter().next().ok_or_else(|| format!("input of {file}: the list is empty"))?
        }
        None => parsed,
    };
    let id = record.member("id").and_then(|id| id.to_value().scalar_text());
    Ok(SourceRecord {
        key: id.unwrap_or_else(|| "test".to_owned()),
        modified: None,
        record,
        origin: file.clone(),
    })
}

fn ended(entity: &EntityProgram, test: &Test, source: &SourceRecord) -> Vec<Ended> {
    let op = if test.expect.status == Some(Status::Updated) { Op::Update } else { Op::Create };
    entity.items(source).iter().map(|item| end(entity, item, &Stubs(test), op)).collect()
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
        Resolved::Missing { .. } => Ended { route, ..ended(Status::Held, None) },
        Resolved::Blocked(error) | Resolved::Failed(error) => Ended { route, ..failed(error) },
    }
}

fn judge(test: &Test, ended: &[Ended]) -> Vec<String> {
    let expect = &test.expect;
    let mut out = Vec::new();
    let errors = || ended.iter().filter_map(|item| item.error.as_ref());
    match (&expect.status, &expect.error) {
        (Some(status), _) => {
            let wrong = ended.iter().filter(|item| item.status != *status);
            out.extend(wrong.map(|item| format!("status: expected {status}, got {}", told(item))));
            if ended.is_empty() && expect.count != Some(0) {
                out.push(format!("status: expected {status}, but the record makes no item"));
            }
        }
        (None, None) => {
            let wrong = ended
                .iter()
                .filter(|item| matches!(item.status, Status::Held | Status::Blocked | Status::Failed));
            out.extend(wrong.map(told));
        }
        (None, Some(_)) => {}
    }
    if let Some(words) = &expect.error {
        let says = |error: &MapError| error.code.as_str() == words || error.message.contains(words.as_str());
        if !errors().any(says) {
            let found = errors().next().map_or_else(|| "no error".to_owned(), described);
            out.push(format!("error: expected `{words}`, got {found}"));
        }
    }
    let mapped: Vec<&Ended> =
        ended.iter().filter(|item| matches!(item.status, Status::Created | Status::Updated)).collect();
    if let Some(count) = expect.count.filter(|count| *count != mapped.len()) {
        out.push(format!("count: expected {count}, got {}", mapped.len()));
    }
    let first = mapped.first().copied();
    judge_route(test, first.or_else(|| ended.first()), &mut out);
    match first {
        Some(mapped) => judge_fields(test, &mapped.fields, &mut out),
        // Whoever knows how the record ended knows that it has no fields.
        None if out.is_empty() && (!expect.fields.is_empty() || expect.object.is_some()) => {
            let end = ended.first().map_or("no item", |item| item.status.as_str());
            out.push(format!("fields: expected those of a mapped item, got {end}"));
        }
        None => {}
    }
    out
}

/// The route is known of a held item too. One that failed before it was chosen has told why.
fn judge_route(test: &Test, first: Option<&Ended>, out: &mut Vec<String>) {
    let actual = first.and_then(|item| item.route.as_deref());
    if let Some(route) = test.expect.route.as_deref().filter(|route| actual != Some(route))
        && (actual.is_some() || out.is_empty())
    {
        out.push(format!("route: expected {route}, got {}", actual.unwrap_or("none")));
    }
}

fn judge_fields(test: &Test, fields: &Map, out: &mut Vec<String>) {
    let expect = &test.expect;
    for (path, expected) in &expect.fields {
        differences(path, expected, at(fields, path), out);
    }
    if let Some(object) = &expect.object {
        differences("object", object, Some(&engine_contract::Value::Map(fields.clone())), out);
    }
}

fn told(item: &Ended) -> String {
    match &item.error {
        Some(error) => format!("{}: {}", item.status, described(error)),
        None => item.status.to_string(),
    }
}

fn described(error: &MapError) -> String {
    format!("{} ({}, {})", error.message, error.code, error.place)
}

/// The links and target objects that a test says exist.
struct Stubs<'a>(&'a Test);

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
