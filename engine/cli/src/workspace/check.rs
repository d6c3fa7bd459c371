//! Compiles pipelines for tenants, and says each mistake once.

use crate::diagnostic::Finding;
use engine_contract::Registry;
use engine_plan::{Blueprint, Catalogs, compile};
use engine_project::{
    Project, Tenant,
    diag::{Diagnostic, Diagnostics},
};

/// What became of the pipelines that were asked for.
#[derive(Default)]
pub(super) struct Compiled {
    pub(super) findings: Vec<Finding>,
    pub(super) blueprints: Vec<Blueprint>,
}

/// Compiles some pipelines for some tenants. A diagnostic that several tenants have is told once.
pub(super) fn pipelines(
    project: &Project,
    names: &[String],
    tenants: &[&Tenant],
    registry: &Registry,
    catalogs: &Catalogs,
) -> Compiled {
    let mut compiled = Compiled::default();
    for name in names {
        let running: Vec<&Tenant> = tenants.iter().copied().filter(|tenant| tenant.runs(name)).collect();
        let mut found: Vec<Finding> = Vec::new();
        for tenant in &running {
            let (blueprint, diagnostics) = compile(project, name, tenant, registry, catalogs);
            compiled.blueprints.extend(blueprint);
            for diagnostic in diagnostics {
                match found.iter_mut().find(|known| known.diagnostic == diagnostic) {
                    Some(known) => known.tenants.push(tenant.name.clone()),
                    None => found.push(Finding { diagnostic, tenants: vec![tenant.name.clone()] }),
                }
            }
        }
        for finding in &mut found {
            if finding.tenants.len() == running.len() {
                finding.tenants.clear();
            }
        }
        merge(&mut compiled.findings, found);
    }
    compiled
}

/// Adds what a pipeline had. Pipelines that share a file share its mistakes.
fn merge(all: &mut Vec<Finding>, found: Vec<Finding>) {
    for finding in found {
        match all.iter_mut().find(|known| known.diagnostic == finding.diagnostic) {
            None => all.push(finding),
            Some(known) if known.tenants.is_empty() || finding.tenants.is_empty() => known.tenants.clear(),
            Some(known) => {
                for tenant in finding.tenants {
                    if !known.tenants.contains(&tenant) {
                        known.tenants.push(tenant);
                    }
                }
            }
        }
    }
}

/// All that was found, in the order of files and of places in them.
pub(super) fn sorted(loader: Diagnostics, found: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    merge(&mut all, loader.into_iter().map(Finding::from).collect());
    merge(&mut all, found);
    sort(&mut all);
    all
}

/// By place, then by code.
pub(super) fn sort(all: &mut [Finding]) {
    let key = |finding: &Finding| {
        let diagnostic: &Diagnostic = &finding.diagnostic;
        let place = diagnostic.place().map(|place| (place.file.clone(), place.start, place.end));
        (place, diagnostic.code, diagnostic.message.clone())
    };
    all.sort_by_cached_key(key);
}
