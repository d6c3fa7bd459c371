//! From the typed tree of a checked pipeline to the data of a Blueprint.
//!
//! Every `None` here means a mistake that a check has reported.

mod balance;
mod entity;
mod reconcile;
mod rules;

pub(crate) use entity::deleted_field;
pub(super) use entity::entity;
pub(super) use reconcile::reconcile;

use crate::{
    Endpoint, Library, Moved,
    scene::{Scene, stored},
};
use engine_contract::{Map, Value};
use engine_project::{
    PipelineFile,
    model::Open,
    project::{self, Side},
};
use std::collections::BTreeMap;

pub(super) fn endpoint(scene: &Scene<'_>, side: &Side) -> Option<Endpoint> {
    let connection = scene.connection(side)?;
    Some(Endpoint {
        connection: connection.name.clone(),
        connector: connection.connector.clone(),
        settings: serde_json::Value::Object(connection.settings.clone()),
        options: open(scene, &side.options)?,
    })
}

/// A table of settings as values, variables filled in.
pub(super) fn open(scene: &Scene<'_>, table: &Open) -> Option<Map> {
    let value = |value| Some(Value::from(scene.filled(value)?));
    table.iter().map(|(name, setting)| Some((name.clone(), value(setting)?))).collect()
}

pub(super) fn libraries(file: &PipelineFile) -> Vec<Library> {
    let library = |library: &project::Library| Library {
        name: library.name.clone(),
        text: library.text.text.clone(),
        place: library.place.clone(),
    };
    file.libraries.iter().map(library).collect()
}

pub(super) fn moved(file: &PipelineFile) -> Vec<Moved> {
    let moved = |moved: &project::Moved| Moved {
        from: moved.from.text.clone(),
        to: moved.to.text.clone(),
        place: moved.from.place.clone(),
    };
    file.moved.iter().map(moved).collect()
}

pub(super) fn vars(scene: &Scene<'_>) -> BTreeMap<String, Value> {
    scene.vars().map(|(name, value)| (name.to_owned(), stored(value))).collect()
}
