//! What a plan says of itself before its first record.

use super::file::FORMAT;
use engine_contract::Context;
use engine_plan::Blueprint;
use engine_run::plan::Head;
use jiff::SignedDuration;

/// How long a plan can be carried out. What is older is seldom true still, and stale record by record.
const VALID: SignedDuration = SignedDuration::from_mins(60);

/// The head of a plan of a pipeline that is made now.
pub(crate) fn head(blueprint: &Blueprint, context: &Context) -> Head {
    let made_at = context.clock.now();
    Head {
        format: FORMAT,
        tenant: blueprint.tenant.clone(),
        environment: blueprint.environment.clone(),
        pipeline: blueprint.pipeline.clone(),
        fingerprint: blueprint.fingerprint.clone(),
        made_at,
        valid_until: made_at + VALID,
        salt: context.random_id(),
        revert: None,
    }
}
