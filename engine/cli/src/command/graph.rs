//! `engine graph`: the order of a pipeline's entities.

use crate::{
    args::{Graph as Arguments, GraphForm},
    error::Result,
    exit::Exit,
    graph::{Graph, dot, mermaid, text},
    output::Output,
    select::{Selection, current, select},
    surroundings,
    workspace::Workspace,
};
use engine_contract::Cancel;
use std::{collections::BTreeSet, path::Path};

pub(super) fn run(arguments: &Arguments, project: Option<&Path>, output: &Output) -> Result<Exit> {
    let selections = match &arguments.pipeline {
        Some(pipeline) => select(std::slice::from_ref(pipeline), project)?,
        None => vec![Selection { project: current(project)?, pipelines: Vec::new() }],
    };
    let mut graphs = Vec::new();
    for selection in &selections {
        let workspace = Workspace::load(selection, &arguments.which, &Cancel::default())?;
        workspace.insist(output)?;
        // The graph of a pipeline is the same for every tenant.
        let mut seen = BTreeSet::new();
        for blueprint in &workspace.blueprints {
            if let Some(file) = workspace.project.pipeline(&blueprint.pipeline)
                && seen.insert(&blueprint.pipeline)
            {
                graphs.push(Graph::of(file, blueprint));
            }
        }
    }
    print(&graphs, arguments.form, output);
    Ok(Exit::Done)
}

fn print(graphs: &[Graph], form: GraphForm, output: &Output) {
    if form == GraphForm::Json || !output.is_text() {
        output.json(&serde_json::json!({ "graphs": graphs }));
        return;
    }
    for (index, graph) in graphs.iter().enumerate() {
        if index > 0 {
            output.result("");
        }
        let lines = match form {
            GraphForm::Text => text(graph, surroundings::has_unicode()),
            GraphForm::Mermaid => mermaid(graph),
            GraphForm::Dot | GraphForm::Json => dot(graph),
        };
        for line in lines {
            output.result(&line);
        }
    }
}
