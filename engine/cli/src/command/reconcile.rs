//! `engine reconcile`: do both sides of a pipeline agree, and if not, in which records?

use crate::{
    args::Reconcile,
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    ready::{Ready, check_tenants, ready, skip},
    reconcile::{document, print, repair, sign, verify},
    select::select,
    surroundings,
    workspace::{Workspace, runtime},
};
use engine_contract::Cancel;
use engine_plan::{Blueprint, DAY};
use engine_project::diag::suggest;
use engine_run::reconcile::{ReconcileRequest, Reconciliation, Window};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

/// What was compared of one pipeline.
struct Compared {
    blueprint: Arc<Blueprint>,
    all: Vec<Reconciliation>,
}

pub(super) fn run(arguments: &Reconcile, project: Option<&Path>, output: &Output) -> Result<Exit> {
    if let Some(path) = &arguments.verify {
        return verified(path, output);
    }
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    let mut compared = Vec::new();
    let mut signed_at = None;
    let mut repairs = Vec::new();
    for selection in select(&arguments.pipelines, project)? {
        let workspace = Workspace::load(&selection, &arguments.which, &cancel)?;
        workspace.insist(output)?;
        check_tenants(&workspace, &arguments.which)?;
        check(arguments, &workspace)?;
        let engine = ready(&workspace, true, output)?;
        signed_at = Some(engine.engine.context.clock.now());
        for blueprint in workspace.blueprints.iter().filter(|blueprint| is_asked(arguments, blueprint)) {
            if let Some(connector) = engine.emulation.lacks(blueprint) {
                skip(&workspace, blueprint, connector, output)?;
                continue;
            }
            engine.progress.name(workspace.title(blueprint));
            let one = one(&engine, blueprint, arguments)?;
            if let Some(path) = &arguments.fix_plan {
                repairs.push(repair::plan(&engine, &one.blueprint, &one.all, path)?);
            }
            compared.push(one);
        }
    }
    let documents: Vec<Value> =
        compared.iter().flat_map(|one| one.all.iter().map(|of| document(&one.blueprint, of))).collect();
    tell(&compared, arguments, output);
    let agrees = compared.iter().flat_map(|one| &one.all).all(Reconciliation::agrees);
    let exit = if agrees { Exit::Done } else { Exit::Tests };
    let mut signed = None;
    if let (Some(path), Some(at)) = (&arguments.sign, signed_at) {
        if agrees {
            signed = Some(sign(path, &documents, at)?);
            output.step(output::GOOD, "Signed", &path.display().to_string());
        } else {
            output.step(output::BAD, "Not signed", "both sides do not agree");
        }
    }
    if output.is_text() {
        for repairs in &repairs {
            repairs.print(output);
        }
        conclude(&compared, output);
    } else {
        let repairs: Vec<Value> = repairs.iter().flat_map(repair::Repairs::documents).collect();
        let mut told = json!({ "reconciliations": documents, "signed": signed, "exit_code": exit.number() });
        if let (Some(told), true) = (told.as_object_mut(), arguments.fix_plan.is_some()) {
            told.insert("repairs".to_owned(), Value::from(repairs));
        }
        output.json(&told);
    }
    Ok(exit)
}

fn is_asked(arguments: &Reconcile, blueprint: &Blueprint) -> bool {
    let is_it = |name: &String| arguments.name.as_ref().is_none_or(|wanted| wanted == name);
    blueprint.reconcile.iter().any(|of| is_it(&of.name))
}

/// What was asked for must be there to be compared.
fn check(arguments: &Reconcile, workspace: &Workspace) -> Result<()> {
    let all = || workspace.blueprints.iter().flat_map(|blueprint| &blueprint.reconcile);
    if all().next().is_none() {
        let message = "no pipeline here says what is to be compared";
        let help = "add a `[[reconcile]]` to the pipeline: see `engine explain reconcile/none`";
        return Err(CommandError::new(Exit::NotFound, "reconcile/none", message).help(help));
    }
    if let Some(name) = &arguments.name
        && all().all(|of| of.name != *name)
    {
        let message = format!("there is no `[[reconcile]]` called `{name}`");
        let error = CommandError::new(Exit::NotFound, "reconcile/unknown-name", message);
        return Err(match suggest(name, all().map(|of| of.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        });
    }
    let is_narrow = arguments.from.is_some() || arguments.to.is_some();
    let wanted = |name: &String| arguments.name.as_ref().is_none_or(|wanted| wanted == name);
    if let Some(of) = all().find(|of| wanted(&of.name) && !of.by.iter().any(|name| name == DAY))
        && is_narrow
    {
        let message = format!("`{}` is not compared by day: it has no first and no last one", of.name);
        let help = "add `day` to its `by`, or name another with `--name`";
        return Err(CommandError::new(Exit::Usage, "reconcile/no-day", message).help(help));
    }
    if arguments.fix_plan.is_some() && workspace.blueprints.len() != 1 {
        let message =
            format!("a file keeps the plan of one pipeline, and these are {}", workspace.blueprints.len());
        let help = "name one pipeline, and one tenant with `--tenant`";
        return Err(CommandError::new(Exit::Usage, "plan/several", message).help(help));
    }
    Ok(())
}

fn one(ready: &Ready, blueprint: &Arc<Blueprint>, arguments: &Reconcile) -> Result<Compared> {
    let request = ReconcileRequest {
        blueprint: Arc::clone(blueprint),
        name: arguments.name.clone(),
        window: Window { from: arguments.from, to: arguments.to },
        lists: arguments.drill,
    };
    let all = runtime()?.block_on(Box::pin(ready.engine.reconcile(&request)));
    ready.progress.clear();
    Ok(Compared { blueprint: Arc::clone(blueprint), all: all? })
}

fn tell(compared: &[Compared], arguments: &Reconcile, output: &Output) {
    if !output.is_text() {
        return;
    }
    let mut is_first = true;
    for one in compared {
        for of in &one.all {
            if !std::mem::take(&mut is_first) {
                output.result("");
            }
            print(of, &one.blueprint, output, arguments.drill);
        }
    }
}

/// The last line: both sides agree, or in how many records they do not.
fn conclude(compared: &[Compared], output: &Output) {
    let all = || compared.iter().flat_map(|one| &one.all);
    let wrong: Vec<&Reconciliation> = all().filter(|of| !of.agrees()).collect();
    if wrong.is_empty() {
        output.step(output::GOOD, "Agrees", "nothing is left without a reason");
        return;
    }
    let told: Vec<String> = wrong
        .iter()
        .map(|of| match of.differences.len() {
            0 => format!("{}: changed while it was read", of.name),
            1 => format!("{}: 1 record", of.name),
            many => format!("{}: {many} records", of.name),
        })
        .collect();
    let message = format!("both sides do not agree ({})", told.join(", "));
    let error = CommandError::new(Exit::Tests, "reconcile/differs", message);
    output.error(&error.help("--drill shows every record; --fix-plan FILE writes down what would mend them"));
}

fn verified(path: &Path, output: &Output) -> Result<Exit> {
    let signed = verify(path)?;
    if output.is_text() {
        output.step(output::GOOD, "Unchanged", &format!("since it was signed at {}", signed.moment));
        output.result(&signed.hash);
    } else {
        output.json(&json!({ "unchanged": true, "hash": signed.hash, "signed": signed.document }));
    }
    Ok(Exit::Done)
}
