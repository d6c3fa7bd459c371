//! What is sent when objects are written: no write is ever made, its request is only put together.

use super::{drive::Seen, replay, sample, verdict::Check};
use crate::{
    Described,
    manifest::WriteTable,
    runtime::{Rehearsal, has},
};
use bytes::Bytes;
use engine_contract::{
    Access, Context, DynConnector, EffectClass, Encode, Map, NoNetwork, Op, Result, Target, Write,
};
use serde_json::Value as Json;
use std::{collections::BTreeMap, sync::Arc};

/// The marker of a sample, of the length that all have.
const MARKER: &str = "sample1234567890";

/// Judges the shape of all writes.
pub(super) async fn judge(
    described: &Described,
    config: &Json,
    seen: &BTreeMap<String, Seen>,
) -> Result<Vec<Check>> {
    let context = replay::context(Arc::new(NoNetwork));
    let rehearsal = Rehearsal::new(described.said(), &context, config)?;
    let Some(target) = described.open(&context, config, Access::Write).await?.target else {
        return Ok(Vec::new());
    };
    let mut checks = Vec::new();
    for (object, table) in described.manifest().object.iter().filter(|(_, table)| !table.is_read_only) {
        let Some(write) = described.manifest().write(object) else { continue };
        let bench = Bench { described, rehearsal: &rehearsal, target: &*target, object, table: &write };
        for (op, _) in write.calls() {
            checks.push(bench.op(op));
        }
        let listed = table.listed_by.as_deref().unwrap_or(object);
        if let Some(seen) = seen.get(listed) {
            checks.push(bench.identified(seen));
        }
    }
    drop::<Context>(context);
    Ok(checks)
}

/// One object on the bench.
struct Bench<'a> {
    described: &'a Described,
    rehearsal: &'a Rehearsal,
    target: &'a dyn Target,
    object: &'a str,
    table: &'a WriteTable,
}

impl Bench<'_> {
    fn op(&self, op: Op) -> Check {
        let article = if op == Op::Update { "an" } else { "a" };
        let promise = format!("{article} {op} has its shape");
        match self.shape(op) {
            Ok((seen, against)) => Check::of(self.object, &promise, seen, against),
            Err(error) => Check::of(self.object, &promise, "", vec![error.to_string()]),
        }
    }

    /// What the request is, and what is wrong with it.
    fn shape(&self, op: Op) -> Result<(String, Vec<String>)> {
        let schema = self.rehearsal.schema(self.object)?;
        let without: &[String] = if op == Op::Create { &[] } else { &self.table.create_only };
        let fields = sample::members(&schema.fields, without);
        let mut against = Vec::new();
        let payload = if op.removes() {
            Bytes::new()
        } else {
            let payload = self.encode(op, &fields)?;
            let turned: Map =
                fields.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
            if self.encode(op, &turned)? != payload {
                against.push("equal content in another order gives other bytes".to_owned());
            }
            payload
        };
        let write = Write {
            id: "1".to_owned(),
            op,
            object: self.object.to_owned(),
            payload,
            match_on: Vec::new(),
            target_id: (op != Op::Create).then(|| "1".to_owned()),
            token: (op != Op::Create && self.table.version.is_some()).then(|| "1".to_owned()),
            request_key: MARKER.to_owned(),
            marker: MARKER.to_owned(),
            revision: 1,
        };
        let request = self.rehearsal.request(&write, &sample::whole(&schema.fields))?;
        let body = String::from_utf8_lossy(request.body()).into_owned();
        if !body.is_empty() && serde_json::from_str::<serde_json::Map<String, Json>>(&body).is_err() {
            against.push("the body is no JSON object".to_owned());
        }
        let carries = self.described.effect(self.object) == Some(EffectClass::Marker);
        if op == Op::Create && carries && self.table.marker.is_some() && !body.contains(MARKER) {
            against.push("the object does not carry the marker by which a lost create is found".to_owned());
        }
        let key = self.table.request_key.as_ref();
        if key.is_some() && !request.uri().query().unwrap_or_default().contains(MARKER) {
            against.push("the request does not carry the key by which a repeat is known".to_owned());
        }
        Ok((format!("{} {}", request.method(), request.uri().path()), against))
    }

    fn encode(&self, op: Op, fields: &Map) -> Result<Bytes> {
        let (marker, match_on) = (MARKER, &[][..]);
        self.target.encode(&Encode { op, object: self.object, fields, match_on, marker, marker_field: None })
    }

    /// Ids and versions stand where connector.toml says.
    fn identified(&self, seen: &Seen) -> Check {
        const PROMISE: &str = "ids and versions are found";
        let id = self.table.id.as_deref().unwrap_or("id");
        let members: Vec<&str> = std::iter::once(id).chain(self.table.version.as_deref()).collect();
        let records: Vec<_> = seen.ways.iter().flat_map(|way| &way.whole.records).collect();
        if records.is_empty() {
            return Check::untold(self.object, PROMISE, "no record was recorded");
        }
        let lacks = |member: &&&str| records.iter().any(|record| !has(&record.record, member));
        let against = members.iter().filter(lacks).map(|member| format!("records have no `{member}`"));
        Check::of(self.object, PROMISE, members.join(", "), against.collect())
    }
}
