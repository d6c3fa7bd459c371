//! `engine validate`: checks pipeline files.

use crate::{
    args::Validate,
    diagnostic,
    error::Result,
    exit::Exit,
    output::{self, Output},
    select::select,
    workspace::Workspace,
};
use engine_contract::Cancel;
use std::path::Path;

pub(super) fn run(arguments: &Validate, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let (mut errors, mut warnings, mut pipelines) = (0, 0, 0);
    let mut all = Vec::new();
    for selection in select(&arguments.paths, project)? {
        let workspace = Workspace::load(&selection, &Cancel::default())?;
        if output.is_text() {
            diagnostic::print(output, &workspace.project, &workspace.diagnostics);
        }
        let (more_errors, more_warnings) = workspace.counts();
        errors += more_errors;
        warnings += more_warnings;
        pipelines += workspace.asked;
        all.extend(workspace.diagnostics);
    }
    let failed = errors > 0;
    let exit = if failed { Exit::Invalid } else { Exit::Done };
    if output.is_text() {
        let style = if failed { output::BAD } else { output::GOOD };
        let counts = format!("{}, {}", many(errors, "error"), many(warnings, "warning"));
        output.step(style, "Checked", &format!("{}: {counts}", many(pipelines, "pipeline")));
    } else {
        output.json(&serde_json::json!({
            "diagnostics": all, "errors": errors, "warnings": warnings, "pipelines": pipelines,
            "exit_code": exit.number(),
        }));
    }
    Ok(exit)
}

fn many(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
