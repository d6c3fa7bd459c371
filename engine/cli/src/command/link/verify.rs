//! `engine link verify`: whether linked objects are there, and are what they were linked as.

use super::{open::Opened, words::shown};
use crate::{error::Result, exit::Exit, output::Output, table::columns, words::many, workspace::runtime};
use engine_run::links::{Finding, Tracer};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn verify(opened: &Opened, entities: &[String], reveal: bool, output: &Output) -> Result<Exit> {
    opened.check(entities)?;
    let request = opened.request(entities, &Arc::new(Tracer::all()));
    let verified = runtime()?.block_on(Box::pin(opened.ready.engine.verify_links(&request)))?;
    let exit = if verified.findings.is_empty() { Exit::Done } else { Exit::Tests };
    if !output.is_text() {
        let findings = verified.findings.iter().map(|(link, finding)| {
            json!({
                "entity": link.record.entity,
                "key": shown(&link.record.key, reveal),
                "object": link.target_object,
                "target_id": link.target_id,
                "finding": finding,
            })
        });
        let findings: Vec<Value> = findings.collect();
        output.json(&json!({ "links": verified.links, "findings": findings, "exit_code": exit.number() }));
        return Ok(exit);
    }
    let rows: Vec<Vec<String>> = verified
        .findings
        .iter()
        .map(|(link, finding)| {
            let id = link.target_id.clone().unwrap_or_default();
            let key = shown(&link.record.key, reveal);
            vec![link.record.entity.clone(), key, link.target_object.clone(), id, word(*finding).to_owned()]
        })
        .collect();
    if !rows.is_empty() {
        for line in columns(&["ENTITY", "KEY", "OBJECT", "ID", "WHAT IS WRONG"], &rows) {
            output.result(&line);
        }
    }
    let links = usize::try_from(verified.links).unwrap_or(usize::MAX);
    let wrong = match rows.len() {
        0 => "all are well".to_owned(),
        some => format!("{some} not well; `engine link rm` forgets one, and the next run says what it does"),
    };
    output.talk(&format!("{}: {wrong}", many(links, "link")));
    Ok(exit)
}

fn word(finding: Finding) -> &'static str {
    match finding {
        Finding::Gone => "the target does not have it any more",
        Finding::OtherMarker => "it carries the marker of another record",
        Finding::Elsewhere => "the pipeline names another connection now",
    }
}
