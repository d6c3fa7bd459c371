//! The tenants that a command works for.

use crate::{
    args::Which,
    error::{CommandError, Result},
    exit::Exit,
};
use engine_project::{Project, Tenant, diag::suggest};

/// The tenants that were asked for; all of them where none was named.
pub(super) fn chosen<'a>(project: &'a Project, which: &Which) -> Result<Vec<&'a Tenant>> {
    let Some(name) = which.one_tenant() else {
        return Ok(project.tenants.iter().collect());
    };
    if let Some(tenant) = project.tenant(name) {
        return Ok(vec![tenant]);
    }
    let message = format!("there is no tenant `{name}`");
    let error = CommandError::new(Exit::NotFound, "project/unknown-tenant", message);
    Err(match suggest(name, project.tenants.iter().map(|tenant| tenant.name.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    })
}

/// How a pipeline is called in what is printed: with its tenant in front, where there are several.
pub(crate) fn title(project: &Project, tenant: &str, pipeline: &str) -> String {
    if project.tenants.len() > 1 { format!("{tenant}/{pipeline}") } else { pipeline.to_owned() }
}
