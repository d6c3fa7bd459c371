//! `engine keys`: the master key, by name and place, never the key.

use crate::{
    args::{Keys, KeysVerb, Which},
    custody::{MASTER_KEY, NEW_MASTER_KEY, Place, master, rotate},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    select::{Selection, current},
    workspace::{Depth, StatePlace, Workspace},
};
use engine_contract::Cancel;
use engine_run::state::NeededKey;
use serde_json::json;
use std::path::Path;

pub(super) fn run(arguments: &Keys, project: Option<&Path>, output: &Output) -> Result<Exit> {
    match &arguments.verb {
        KeysVerb::Show { which } => show(&state(which, project)?, output),
        KeysVerb::Rotate { which } => turn(&state(which, project)?, output),
    }
}

/// The state of the project, which must be there.
fn state(which: &Which, project: Option<&Path>) -> Result<StatePlace> {
    let selection = Selection { project: current(project)?, pipelines: Vec::new() };
    let workspace = Workspace::load_to(Depth::Files, &selection, which, &Cancel::default())?;
    let state = workspace.state;
    if state.is_there()? {
        return Ok(state);
    }
    let message = format!("there is no state `{state}`, and no key for it");
    Err(CommandError::new(Exit::NotFound, "file/not-found", message)
        .help("the first `engine run` or `engine secret set` makes both"))
}

fn show(state: &StatePlace, output: &Output) -> Result<Exit> {
    let found = master(state, false)?;
    let place = found.place.shown();
    let given = (found.place != Place::Nowhere).then(|| found.sealer().id().to_owned());
    let needed = match state.location.needed_key()? {
        NeededKey::Named(name) => Some(name),
        NeededKey::Any | NeededKey::Unnamed => None,
    };
    let fits = given.is_some() && needed.as_ref().is_none_or(|name| given.as_ref() == Some(name));
    let exit = if fits { Exit::Done } else { Exit::Failed };
    if !output.is_text() {
        output.json(&json!({
            "state": state.to_string(), "place": place, "key": given, "needed": needed, "exit_code": exit.number(),
        }));
        return Ok(exit);
    }
    output.result(&format!("state   {state}"));
    output.result(&format!("key     {}", given.as_deref().unwrap_or("none that fits")));
    output.result(&format!("place   {place}"));
    match needed {
        Some(name) => output.result(&format!("needed  {name}")),
        None => output.talk("the state is of an earlier version: the next run gives its keys names"),
    }
    Ok(exit)
}

fn turn(state: &StatePlace, output: &Output) -> Result<Exit> {
    let rotated = rotate(state)?;
    if !output.is_text() {
        let place = rotated.place.shown();
        output.json(&json!({ "from": rotated.from, "to": rotated.to, "place": place }));
        return Ok(Exit::Done);
    }
    output.step(output::GOOD, "Rotated", &format!("the master key from {} to {}", rotated.from, rotated.to));
    output.talk(&match &rotated.place {
        Place::File(path) => {
            format!("It is in {}. Copies of the state from before need the key of then.", path.display())
        }
        _ => format!("Put the key from {NEW_MASTER_KEY} into {MASTER_KEY} now: nothing opens without it."),
    });
    Ok(Exit::Done)
}
