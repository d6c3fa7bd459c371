//! The tests that were asked for.

use crate::{
    args::Test as Arguments,
    error::{CommandError, Result},
    exit::Exit,
    workspace::Workspace,
};
use engine_plan::testing::{Case, Cases};

/// The tests that were asked for.
pub(super) fn cases<'a>(workspace: &'a Workspace, arguments: &'a Arguments) -> Result<Vec<Case<'a>>> {
    let Workspace { project, registry, catalogs, blueprints, .. } = workspace;
    let tenant = arguments.which.one_tenant();
    let mut all = Cases::new(project, registry, catalogs, blueprints, tenant);
    let fits = |name: &str| arguments.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()));
    let cases: Vec<Case<'a>> = project.pipelines.iter().flat_map(|pipeline| all.of(pipeline, fits)).collect();
    if let (true, Some(filter)) = (cases.is_empty(), &arguments.filter) {
        let message = format!("no test's name contains `{filter}`");
        return Err(CommandError::new(Exit::NotFound, "test/none-fits", message));
    }
    Ok(cases)
}
