//! `engine audit`: what was done on whose word, and whether that is still what was written down.

use crate::{
    args::{Audit, AuditLs, AuditVerb, AuditVerify, Which},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    select::{Selection, current},
    table::columns,
    workspace::{Depth, Workspace, runtime, title},
};
use engine_contract::Cancel;
use engine_run::state::{AuditHead, AuditQuery, AuditRow, Broken, Run, RunFilter, StateStore};
use std::{collections::BTreeMap, path::Path};

/// How many rows are read at a time: what bounds memory.
const PAGE: usize = 5_000;

/// How many of the last runs are compared with the rows that they should have left.
const RUNS: usize = 1_000;

pub(super) fn run(arguments: &Audit, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let load = |which: &Which| Workspace::load_to(Depth::Files, &selection, which, &Cancel::default());
    match &arguments.verb {
        AuditVerb::Ls(arguments) => list(&load(&arguments.which)?, arguments, output),
        AuditVerb::Verify(arguments) => verify(&load(&Which::default())?, arguments, output),
    }
}

fn list(workspace: &Workspace, arguments: &AuditLs, output: &Output) -> Result<Exit> {
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let query = AuditQuery {
        filter: workspace.filter(&arguments.which, arguments.pipeline.clone(), limit),
        run: arguments.run.clone(),
        since: arguments.since,
        after: None,
    };
    let rows = runtime()?.block_on(workspace.state.read()?.audit(&query))?;
    if !output.is_text() {
        output.json(&serde_json::json!({ "rows": rows.iter().map(document).collect::<Vec<_>>() }));
        return Ok(Exit::Done);
    }
    let cells = |row: &AuditRow| {
        let object = match row.shown_id() {
            Some(id) => format!("{} {id}", row.target_object),
            None => row.target_object.clone(),
        };
        let what =
            if row.entity.is_empty() { String::new() } else { format!("{} {}", row.entity, row.shown_key()) };
        vec![
            row.seq.to_string(),
            row.moment().map(|at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()).unwrap_or_default(),
            title(&workspace.project, &row.tenant, &row.pipeline),
            row.action.clone(),
            what,
            object,
            row.actor.clone().unwrap_or_else(|| "-".to_owned()),
            row.run.clone(),
        ]
    };
    let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    for line in columns(&["ROW", "AT", "PIPELINE", "WHAT", "RECORD", "OBJECT", "WHO", "RUN"], &cells) {
        output.result(&line);
    }
    Ok(Exit::Done)
}

fn document(row: &AuditRow) -> serde_json::Value {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    serde_json::json!({
        "row": row.seq, "at": row.moment(), "run": row.run, "tenant": row.tenant, "environment": row.environment,
        "pipeline": row.pipeline, "entity": row.entity, "key": row.shown_key(), "action": row.action,
        "target_object": row.target_object, "target_id": row.shown_id(), "content": hex(&row.content),
        "actor": row.actor, "fingerprint": row.fingerprint, "confirmation": row.confirmation, "hash": hex(&row.hash),
    })
}

/// The walk along the chain.
struct Walk {
    head: AuditHead,
    /// The head to pass, until it was passed.
    kept: Option<AuditHead>,
    /// By run: how many writes it should have left rows of.
    owed: BTreeMap<String, u64>,
}

fn verify(workspace: &Workspace, arguments: &AuditVerify, output: &Output) -> Result<Exit> {
    let kept = match arguments.head.as_deref().map(AuditHead::parse) {
        Some(None) => {
            let message = "a head is a number and a hash with a colon between them";
            let error = CommandError::new(Exit::Usage, "audit/head", message);
            return Err(error.help("give the one that `engine audit verify` printed"));
        }
        head => head.flatten(),
    };
    let store = workspace.state.read()?;
    let runtime = runtime()?;
    // First the runs, then the rows: what is added meanwhile is no loss.
    let filter = RunFilter { limit: RUNS, ..RunFilter::default() };
    let runs = runtime.block_on(store.runs(&filter))?;
    let written = |run: &Run| -> u64 { run.entities.iter().map(|(_, counts)| counts.written()).sum() };
    let owed = runs.iter().map(|run| (run.id.clone(), written(run))).collect();
    let mut walk = Walk { head: AuditHead::default(), kept, owed };
    runtime.block_on(walk.all(&*store))?;
    walk.end()?;
    let head = walk.head.told();
    if output.is_text() {
        output.step(output::GOOD, "Verified", &format!("{} rows of the audit", walk.head.seq));
        output.result(&head);
        output.talk("Keep this head somewhere else: `engine audit verify --head` compares with it later.");
    } else {
        output.json(&serde_json::json!({ "rows": walk.head.seq, "head": head, "exit_code": 0 }));
    }
    Ok(Exit::Done)
}

impl Walk {
    async fn all(&mut self, store: &(impl StateStore + ?Sized)) -> Result<()> {
        self.pass()?;
        loop {
            let filter = RunFilter { limit: PAGE, ..RunFilter::default() };
            let after = Some(self.head.seq);
            let rows = store.audit(&AuditQuery { filter, after, ..AuditQuery::default() }).await?;
            for row in &rows {
                self.head.go_on(row).map_err(broken)?;
                self.pass()?;
                if let Some(owed) = self.owed.get_mut(&row.run).filter(|_| row.is_write()) {
                    *owed = owed.saturating_sub(1);
                }
            }
            if rows.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// Compares with the head that was kept, when it is reached.
    fn pass(&mut self) -> Result<()> {
        let Some(kept) = self.kept.filter(|kept| kept.seq == self.head.seq) else { return Ok(()) };
        self.kept = None;
        if kept.hash == self.head.hash {
            return Ok(());
        }
        let message = format!("the audit up to row {} is another one than the head tells", kept.seq);
        Err(told(message))
    }

    /// What the end shows: rows that the head that was kept, or the runs themselves, had.
    fn end(&self) -> Result<()> {
        let last = self.head.seq;
        if let Some(kept) = &self.kept {
            return Err(told(format!(
                "rows were removed at the end: {last} are there, and there were {}",
                kept.seq
            )));
        }
        let Some((run, owed)) = self.owed.iter().find(|(_, owed)| **owed > 0) else { return Ok(()) };
        Err(told(format!(
            "rows were removed at the end, behind row {last}: of the writes of {run} {owed} have none"
        )))
    }
}

fn broken(broken: Broken) -> CommandError {
    told(match broken {
        Broken::Missing { after, found } if found == after + 2 => format!("row {} is missing", after + 1),
        Broken::Missing { after, found } => format!("rows {} to {} are missing", after + 1, found - 1),
        Broken::Changed { seq } => {
            format!("row {seq} is not what was written: it was changed, or stands in the place of another")
        }
    })
}

fn told(message: String) -> CommandError {
    let help = "somebody changed the audit; a backup of the state shows what it said before";
    CommandError::new(Exit::Failed, "audit/broken", message).help(help)
}
