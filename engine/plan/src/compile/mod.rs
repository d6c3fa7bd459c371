//! From a loaded project to a Blueprint.
//!
//! First every check runs and says all that is wrong; only a pipeline without errors is lowered. Entities
//! come out parents before children, else in the order of the file, so that equal projects give equal
//! Blueprints.

mod back;
mod defaults;
mod group;
mod lower;
mod personal;
#[cfg(test)]
mod tests;

pub(crate) use back::{is_two_way, reversed};
pub(crate) use lower::deleted_field;

use crate::{
    Blueprint, checks,
    hash::{self, Shared},
    scene::{Catalogs, Scene, lookups, order},
};
use engine_contract::Registry;
use engine_project::{
    Project, Tenant,
    diag::{Diagnostic, Diagnostics, code, suggest},
};

/// Compiles a pipeline for a tenant. There is a Blueprint exactly when no diagnostic is an error and the project's loader
/// found none in the pipeline's file; the loader's own diagnostics are not repeated here.
#[must_use]
pub fn compile(
    project: &Project,
    pipeline: &str,
    tenant: &Tenant,
    registry: &Registry,
    catalogs: &Catalogs,
) -> (Option<Blueprint>, Vec<Diagnostic>) {
    let mut out = Diagnostics::default();
    let Some(file) = project.pipeline(pipeline) else {
        let names = project.pipelines.iter().map(|pipeline| pipeline.name.as_str());
        let mut missing =
            Diagnostic::error(code::PIPELINE_UNKNOWN, format!("there is no pipeline `{pipeline}`"));
        if let Some(name) = suggest(pipeline, names) {
            missing = missing.help(format!("did you mean `{name}`?"));
        }
        return (None, vec![missing]);
    };
    let scene = Scene::new(project, file, tenant, registry, catalogs);
    checks::run(&scene, &mut out);
    let blueprint = if file.complete && !out.has_errors() { blueprint(&scene) } else { None };
    (blueprint, out.sorted())
}

/// The Blueprint of a pipeline in which no check found an error.
pub(crate) fn blueprint(scene: &Scene<'_>) -> Option<Blueprint> {
    let order = order(scene.file)?;
    let shared =
        Shared { lookups: lookups(scene), vars: lower::vars(scene), libraries: lower::libraries(scene.file) };
    let mut entities = Vec::with_capacity(order.len());
    for entity in &order {
        let mut lowered = lower::entity(scene, entity)?;
        lowered.mapping_hash = hash::mapping_hash(&lowered, &shared);
        lowered.admission_hash = hash::admission_hash(&lowered, &shared);
        // After the hashes: what is masked is no part of a mapping.
        let personal = |route| personal::fields(scene, &entity.from, lowered.each.as_ref(), route);
        let personal: Vec<_> = lowered.routes.iter().map(personal).collect();
        for (route, personal) in lowered.routes.iter_mut().zip(personal) {
            route.personal = personal;
        }
        entities.push(lowered);
    }
    let Shared { lookups, vars, libraries } = shared;
    let mut blueprint = Blueprint {
        pipeline: scene.file.name.clone(),
        tenant: scene.tenant.name.clone(),
        environment: scene.project.environment.clone(),
        timezone: scene.timezone().to_owned(),
        start_date: scene.project.limits(&scene.tenant.name).start_date,
        fingerprint: String::new(),
        source: lower::endpoint(scene, scene.file.source.as_ref()?)?,
        target: lower::endpoint(scene, scene.file.target.as_ref()?)?,
        libraries,
        vars,
        moved: lower::moved(scene.file),
        lookups,
        tables: scene.tables.wanted.clone(),
        groups: group::groups(scene, &order)?,
        reconcile: lower::reconcile(scene, &entities)?,
        entities,
        back: None,
    };
    blueprint.back = back::pipeline(scene, &blueprint).map(Box::new);
    blueprint.fingerprint = hash::fingerprint(&blueprint);
    Some(blueprint)
}
