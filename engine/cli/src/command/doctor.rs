//! `engine doctor`: is this installation sound, and this project?

use crate::{
    args::Doctor,
    doctor::{Check, Verdict, installation, project_checks},
    exit::Exit,
    output::{self, Output},
};
use std::path::Path;

pub(super) fn run(arguments: &Doctor, project: Option<&Path>, output: &Output) -> Exit {
    let mut checks = installation();
    checks.extend(project_checks(&arguments.which, project));
    let problems = checks.iter().filter(|check| check.verdict == Verdict::Problem).count();
    let exit = if problems > 0 { Exit::Tests } else { Exit::Done };
    if !output.is_text() {
        output
            .json(&serde_json::json!({ "checks": checks, "problems": problems, "exit_code": exit.number() }));
        return exit;
    }
    let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or_default();
    for check in &checks {
        print(check, width, output);
    }
    output.talk(&match problems {
        0 => "no problem found".to_owned(),
        1 => "1 problem found".to_owned(),
        many => format!("{many} problems found"),
    });
    exit
}

fn print(check: &Check, width: usize, output: &Output) {
    let (style, word) = match check.verdict {
        Verdict::Fine => (output::GOOD, "ok"),
        Verdict::Doubt => (output::WARN, "warn"),
        Verdict::Problem => (output::BAD, "x"),
    };
    let Check { name, found, fix, .. } = check;
    output.result(&format!("{style}{word:<4}{style:#}  {name:<width$}  {found}"));
    if let Some(fix) = fix {
        output.result(&format!("      {:<width$}  -> {fix}", ""));
    }
}
