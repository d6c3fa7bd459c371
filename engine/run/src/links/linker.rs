//! On whose word links are written.

use crate::key::{Scope, Side};
use engine_plan::Blueprint;
use std::sync::Arc;

/// Who changes links of which pipeline, and how.
#[derive(Clone, Debug)]
pub struct LinkRequest {
    /// The pipeline.
    pub blueprint: Arc<Blueprint>,
    /// Who it is, where that is known.
    pub actor: Option<String>,
    /// What is done, as the history of runs shows it: `link rebuild`.
    pub mode: String,
}

/// The scope of a pipeline's records.
pub(super) fn scope_of(blueprint: &Blueprint) -> Scope {
    Scope {
        tenant: blueprint.tenant.clone(),
        environment: blueprint.environment.clone(),
        pipeline: blueprint.pipeline.clone(),
        side: Side::Source,
    }
}
