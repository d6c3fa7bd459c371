//! One pipeline of a project, as a run, a failed record or a question names it.

use super::Workspace;
use crate::{
    args::Which,
    error::{CommandError, Result},
    exit::Exit,
    output::Output,
    select::{Selection, Wanted},
};
use engine_contract::Cancel;
use engine_plan::Blueprint;
use engine_project::project::DEFAULT_ENVIRONMENT;
use engine_run::state::PipelineKey;
use std::{path::Path, sync::Arc};

impl Workspace {
    /// Loads what a pipeline of a tenant in an environment needs, with its Blueprint.
    ///
    /// # Errors
    /// When its files have mistakes, or there is no such pipeline any more.
    pub(crate) fn of_pipeline(
        project: &Path,
        key: &PipelineKey,
        cancel: &Cancel,
        output: &Output,
    ) -> Result<(Self, Arc<Blueprint>)> {
        let pipelines = vec![Wanted::Name(key.pipeline.clone())];
        let selection = Selection { project: project.to_owned(), pipelines };
        let which = Which {
            tenant: Some(key.tenant.clone()),
            env: Some(key.environment.clone()).filter(|name| name != DEFAULT_ENVIRONMENT),
        };
        let workspace = Self::load(&selection, &which, cancel)?;
        workspace.insist(output)?;
        let blueprint = workspace.blueprints.first().cloned().ok_or_else(|| {
            let message = format!("there is no pipeline `{}` for tenant `{}`", key.pipeline, key.tenant);
            CommandError::new(Exit::NotFound, "project/unknown-pipeline", message)
        })?;
        Ok((workspace, blueprint))
    }
}
