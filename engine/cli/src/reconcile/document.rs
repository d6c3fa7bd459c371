//! A comparison of both sides as a JSON document: for programs, and for the file that is signed.

use engine_plan::Blueprint;
use engine_run::reconcile::{Bucket, Difference, Explained, Figures, Moved, Part, Reason, Reconciliation};
use serde_json::{Map, Value, json};

/// All that was compared of one pipeline.
pub(crate) fn document(blueprint: &Blueprint, of: &Reconciliation) -> Value {
    let figures = |figures: &Figures| self::figures(of, figures);
    let bucket = |names: &[String], bucket: &Bucket| {
        let explained = bucket.explained.iter().map(|(reason, part)| explained_part(of, reason, part));
        json!({
            "by": by(names, &bucket.by), "source": figures(&bucket.source), "target": figures(&bucket.target),
            "explained": explained.collect::<Vec<_>>(), "rest": figures(&bucket.rest),
        })
    };
    let currency = ["currency".to_owned()];
    json!({
        "pipeline": blueprint.pipeline, "tenant": blueprint.tenant, "environment": blueprint.environment,
        "fingerprint": blueprint.fingerprint, "timezone": blueprint.timezone,
        "source": blueprint.source.connection, "target": blueprint.target.connection,
        "name": of.name, "entity": of.entity, "from": of.window.from, "to": of.window.to,
        "agrees": of.agrees(),
        "totals": of.totals().iter().map(|total| bucket(&currency, total)).collect::<Vec<_>>(),
        "groups": of.buckets.iter().map(|group| bucket(&of.by, group)).collect::<Vec<_>>(),
        "differences": of.differences.iter().map(|one| difference(of, one)).collect::<Vec<_>>(),
        "explained": of.explained.iter().map(|one| explained(of, one)).collect::<Vec<_>>(),
        "unlisted": of.unlisted,
    })
}

/// A count and sums, exact, as texts.
fn figures(of: &Reconciliation, figures: &Figures) -> Value {
    let sums =
        of.sums.iter().zip(&figures.sums).map(|(name, sum)| (name.clone(), Value::from(sum.to_string())));
    json!({ "count": figures.count, "sums": sums.collect::<Map<_, _>>() })
}

fn by(names: &[String], values: &[String]) -> Value {
    let pairs = names.iter().zip(values).map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Object(pairs.collect())
}

fn explained_part(of: &Reconciliation, reason: &Reason, part: &Part) -> Value {
    json!({
        "reason": reason.as_str(), "detail": reason.detail(), "records": part.records,
        "figures": figures(of, &part.figures),
    })
}

fn explained(of: &Reconciliation, one: &Explained) -> Value {
    json!({
        "reason": one.reason.as_str(), "detail": one.reason.detail(), "record": one.source_key,
        "object": one.object, "target_id": one.target_id, "by": by(&of.by, &one.by),
        "figures": figures(of, &one.figures),
    })
}

/// One difference.
pub(crate) fn difference(of: &Reconciliation, one: &Difference) -> Value {
    let moved =
        |moved: &Moved| json!({ "group": moved.group, "source": moved.source, "target": moved.target });
    json!({
        "kind": one.kind.as_str(), "entity": of.entity, "record": one.source_key, "object": one.object,
        "target_id": one.target_id, "by": by(&of.by, &one.by),
        "moved": one.moved.iter().map(moved).collect::<Vec<_>>(),
        "source": one.source.as_ref().map(|side| figures(of, side)),
        "target": one.target.as_ref().map(|side| figures(of, side)), "note": one.note,
    })
}
