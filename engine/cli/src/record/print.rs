//! A record's life, for people and for programs.

use crate::{
    failed::tried_again,
    output::Output,
    plan::{both, masked_value, short},
    progress::at,
    table::columns,
};
use engine_contract::Value;
use engine_run::{
    FailureGroup,
    plan::{How, HowField, Planned, Reaches, Step},
    state::{FailedRow, Known, Note, NoteKind, Status},
};
use serde_json::{Value as Json, json};

/// Everything that is known of one record.
pub(crate) struct Life {
    pub(crate) entity: String,
    /// Its key, or as much of it as may be shown.
    pub(crate) name: String,
    pub(crate) known: Known,
    pub(crate) notes: Vec<Note>,
    pub(crate) failed: Option<FailedRow>,
    /// How it is mapped now; nothing when the source does not have it.
    pub(crate) how: Option<How>,
    /// What would become of its object.
    pub(crate) planned: Option<Planned>,
    /// What goes wrong on the way to the target.
    pub(crate) troubles: Vec<FailureGroup>,
    /// Why nobody can say what would happen now.
    pub(crate) unasked: Option<String>,
}

/// Prints it.
pub(crate) fn print(life: &Life, reveals: bool, output: &Output) {
    let origin = life.how.as_ref().map(|how| format!("  {}", how.origin)).unwrap_or_default();
    output.result(&format!("{} {}{origin}", life.entity, life.name));
    if let Some(link) = &life.known.link {
        let told = match &link.target_id {
            Some(id) => format!("is `{}` {id} in {}", link.target_object, link.target_connection),
            None if link.is_taken_back() => {
                format!(
                    "was a `{}` in {}, which a person took back",
                    link.target_object, link.target_connection
                )
            }
            None => format!("has no object in {}", link.target_connection),
        };
        output.result(&format!("  {told}"));
    }
    let told = timeline(life);
    if !told.is_empty() {
        output.result("");
        for line in columns(&["WHEN", "WHAT", "OBJECT", "RUN"], &told) {
            output.result(&line);
        }
    }
    if let Some(how) = life.how.as_ref().filter(|how| !how.fields.is_empty()) {
        output.result("");
        let rows: Vec<Vec<String>> = how.fields.iter().map(|field| row(field, reveals)).collect();
        for line in columns(&["FIELD", "VALUE", "FROM", "WHERE"], &rows) {
            output.result(&line);
        }
    }
    output.result("");
    for line in now(life, reveals) {
        output.result(&line);
    }
}

fn timeline(life: &Life) -> Vec<Vec<String>> {
    let mut told: Vec<(jiff::Timestamp, Vec<String>)> = life
        .notes
        .iter()
        .map(|note| {
            let about = note.about.clone().unwrap_or_default();
            (note.at, vec![what(note), about, note.run.clone().unwrap_or_default()])
        })
        .collect();
    if let Some(row) = &life.failed {
        let times =
            if row.attempts == 1 { String::new() } else { format!(", {} times in all", row.attempts) };
        let said =
            format!("failed{times}: {}: {} (tried again: {})", row.code, row.message, tried_again(row));
        if row.attempts > 1 {
            told.push((
                row.first_at,
                vec!["failed for the first time".to_owned(), String::new(), String::new()],
            ));
        }
        told.push((row.last_at, vec![said, String::new(), row.run.clone()]));
        if let Some(note) = &row.note {
            told.push((row.last_at, vec![format!("a person said: {note}"), String::new(), String::new()]));
        }
    }
    told.sort_by_key(|(at, _)| *at);
    let row = |(at, cells): (jiff::Timestamp, Vec<String>)| {
        [vec![format!("{at:.0}").replace('T', " ")], cells].concat()
    };
    told.into_iter().map(row).collect()
}

/// A note in words.
fn what(note: &Note) -> String {
    match note.kind {
        NoteKind::Deed => match note.what.as_str() {
            "create" => "created".to_owned(),
            "update" => "updated".to_owned(),
            "delete" => "deleted".to_owned(),
            "void" => "voided".to_owned(),
            "deactivate" => "made inactive".to_owned(),
            "soft_delete" => "marked as deleted".to_owned(),
            "adopt" => "taken over as it was".to_owned(),
            other => match other.strip_suffix(" refused") {
                Some(op) => format!("the target refused to {op} it"),
                None => other.to_owned(),
            },
        },
        NoteKind::Intent => format!("a {} was begun, and what became of it is not known yet", note.what),
        NoteKind::Hold => format!("held: waits for its {}", note.what),
        NoteKind::Dirty => match note.what.as_str() {
            "unsent" => "to be looked at again: the run stopped before it was sent".to_owned(),
            "chosen" => "to be looked at again: a person has decided a conflict".to_owned(),
            "skipped" => "to be looked at again: a newer version came meanwhile".to_owned(),
            _ => "to be looked at again: it is not certain that its object holds what it says".to_owned(),
        },
        NoteKind::Conflict if note.what.is_empty() => {
            "both sides have changed it: `engine conflicts show` tells what, and a person decides".to_owned()
        }
        NoteKind::Conflict => "both sides have changed it, and a person has decided who wins".to_owned(),
    }
}

fn value(field: &HowField, reveals: bool) -> Option<Value> {
    let value = field.value.as_ref()?;
    Some(if field.is_personal && !reveals { masked_value(value) } else { value.clone() })
}

fn row(field: &HowField, reveals: bool) -> Vec<String> {
    let value = match (&field.trouble, value(field, reveals)) {
        (Some(_), _) => "!".to_owned(),
        (None, Some(value)) => short(&value),
        (None, None) => "-".to_owned(),
    };
    let rule = match &field.trouble {
        Some(trouble) => format!("{}: {trouble}", field.rule),
        None => field.rule.clone(),
    };
    vec![field.path.clone(), value, rule, at(Some(&field.place))]
}

/// What would happen now, and to which fields.
fn now(life: &Life, reveals: bool) -> Vec<String> {
    let mut lines = vec![format!("Now: {}", verdict(life))];
    for group in life.troubles.iter().filter(|_| reaches_target(life)) {
        lines.push(format!("     [{}]: {}", group.code, group.message));
    }
    let Some(planned) = &life.planned else { return lines };
    if planned.step != Step::Create {
        for field in &planned.fields {
            let mut field = field.clone();
            if field.is_personal && !reveals {
                (field.before, field.after) = (masked_value(&field.before), masked_value(&field.after));
            }
            lines.push(format!("     {}  {}", field.path, both(&field, planned.step)));
        }
    }
    lines
}

fn reaches_target(life: &Life) -> bool {
    matches!(life.how.as_ref().map(|how| &how.reaches), Some(Reaches::Target))
}

fn verdict(life: &Life) -> String {
    if let Some(why) = &life.unasked {
        return format!("nobody can say, {why}");
    }
    let Some(how) = &life.how else {
        return "the source does not have the record".to_owned();
    };
    match &how.reaches {
        Reaches::Filtered => "a run would leave it out: the pipeline does not want it".to_owned(),
        Reaches::BeforeStart { day } => {
            format!("a run would leave it out: it was made before start_date ({day})")
        }
        Reaches::Kept => "a run would leave its object as the older mapping made it".to_owned(),
        Reaches::Overruled => "a run would leave its object alone: a newer source record decides".to_owned(),
        Reaches::TakenBack => {
            "a run would leave it out: a person took its object back; `engine run --id` brings it back"
                .to_owned()
        }
        Reaches::Parent { entity } if entity.is_empty() => {
            "a run would let it wait: its parent is on its way".to_owned()
        }
        Reaches::Parent { entity } => format!("a run would hold it: its {entity} is not there yet"),
        Reaches::Trouble { status, code, message, place } => {
            let place = at(place.as_ref());
            let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
            let word = if *status == Status::Blocked { "it would be blocked" } else { "it would fail" };
            format!("{word}: {code}: {message}{place}")
        }
        Reaches::Target if life.known.has_intent => {
            "a run would first find out what became of its last write".to_owned()
        }
        Reaches::Target => {
            match (life.planned.as_ref().map(|planned| planned.step), life.troubles.is_empty()) {
                (Some(Step::Create), _) => "a run would create its object".to_owned(),
                (Some(Step::Update), _) => "a run would update its object".to_owned(),
                (Some(Step::Settle), _) => "nothing is to be done: the object holds it already".to_owned(),
                (Some(Step::Drift), _) => {
                    "a run would leave it alone; somebody changed the object".to_owned()
                }
                (Some(step), _) => format!("a run would {} its object", step.as_str().replace('_', " ")),
                (None, false) => "it would fail".to_owned(),
                (None, true) => "nothing is to be done: the object is as it was written".to_owned(),
            }
        }
    }
}

/// The life for programs.
pub(crate) fn document(life: &Life, reveals: bool) -> Json {
    let fields = life.how.iter().flat_map(|how| &how.fields).map(|field| {
        json!({
            "path": field.path, "value": value(field, reveals), "rule": field.rule, "place": field.place,
            "trouble": field.trouble,
        })
    });
    let link = life.known.link.as_ref();
    json!({
        "entity": life.entity, "record": life.name, "origin": life.how.as_ref().map(|how| &how.origin),
        "target": link.map(|link| json!({
            "connection": link.target_connection, "object": link.target_object, "id": link.target_id,
            "taken_back": link.is_taken_back(),
        })),
        "notes": life.notes, "failure": life.failed, "fields": fields.collect::<Vec<_>>(),
        "now": { "step": life.planned.as_ref().map(|planned| planned.step), "verdict": verdict(life) },
    })
}
