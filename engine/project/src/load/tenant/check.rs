//! Checks one tenant against the pipelines that it runs.

use super::Known;
use crate::{
    PipelineFile, Place, Tenant,
    diag::{Diagnostic, Diagnostics, code, suggest, words::list},
    load::{decode::Refused, sides, vars},
    project::{ConnectionName, Side, Var},
    toml::{Document, child},
};
use indexmap::IndexMap;

/// A tenant, and what it is checked against.
pub(super) struct Check<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) document: &'a Document,
    pub(super) refused: &'a Refused,
    pub(super) known: Known<'a>,
}

impl<'a> Check<'a> {
    pub(super) fn run(&self, out: &mut Diagnostics) {
        self.pipelines(out);
        for (name, bind) in &self.tenant.binds {
            out.extend(self.known.connections.unknown(
                self.document,
                &child("/bind", name),
                &bind.connection,
            ));
        }
        self.binds(out);
        self.given_vars(out);
        self.missing_vars(out);
        self.lookups(out);
    }

    /// The pipelines that it runs.
    fn run_by(&self) -> impl Iterator<Item = &'a PipelineFile> {
        self.known.pipelines.iter().filter(|pipeline| self.tenant.runs(&pipeline.name))
    }

    /// Whether it runs, or may run, a pipeline that could not be read.
    fn may_run_more(&self) -> bool {
        self.known.has_broken || self.refused.has("/tenant/pipelines")
    }

    fn pipelines(&self, out: &mut Diagnostics) {
        for (index, name) in self.tenant.pipelines.iter().flatten().enumerate() {
            let names: Vec<&str> =
                self.known.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
            if names.contains(&name.as_str()) || self.known.has_broken {
                continue;
            }
            let message = format!("there is no pipeline `{name}`");
            let place = self.document.place(&child("/tenant/pipelines", index));
            let unknown = Diagnostic::error(code::PIPELINE_UNKNOWN, message).at(place, "");
            let help =
                if names.is_empty() { String::new() } else { format!("there is {}", list(&names, "and")) };
            out.push(unknown.meant(suggest(name, names.iter().copied()), &help));
        }
    }

    /// Checks that it binds what its pipelines need, and to connections of the right connector.
    fn binds(&self, out: &mut Diagnostics) {
        let mut missing: IndexMap<&str, Vec<(&PipelineFile, &Side)>> = IndexMap::new();
        for pipeline in self.run_by() {
            for side in [&pipeline.source, &pipeline.target].into_iter().flatten() {
                let ConnectionName::Bound(name) = &side.connection else { continue };
                if self.tenant.binds.contains_key(name) {
                    self.connector(name, pipeline, side, out);
                } else if !self.refused.has(&child("/bind", name)) {
                    missing.entry(name).or_default().push((pipeline, side));
                }
            }
        }
        for (name, needs) in missing {
            out.push(self.not_bound(name, &needs));
        }
    }

    fn not_bound(&self, name: &str, needs: &[(&PipelineFile, &Side)]) -> Diagnostic {
        let mut pipelines: Vec<&str> = needs.iter().map(|(pipeline, _)| pipeline.name.as_str()).collect();
        pipelines.dedup();
        let tenant = &self.tenant.name;
        let message = format!("`{tenant}` runs {} and does not bind `{name}`", list(&pipelines, "and"));
        let mut diagnostic =
            Diagnostic::error(code::TENANT_NOT_BOUND, message).at(self.place_of("/bind"), "");
        for (_, side) in needs {
            diagnostic = diagnostic.and(side.place.clone(), "needed here");
        }
        diagnostic.help(format!("add `{name} = \"...\"` with the name of a connection to `[bind]`"))
    }

    /// Checks that a bound connection is of the connector that a pipeline names.
    fn connector(&self, name: &str, pipeline: &PipelineFile, side: &Side, out: &mut Diagnostics) {
        let bound =
            self.tenant.binds.get(name).and_then(|bind| self.known.connections.known.get(&bind.connection));
        let (Some(known), Some(connector)) = (bound, &side.connector) else { return };
        if *connector == known.connector {
            return;
        }
        let diagnostic = sides::mismatch(known, connector).at(self.document.place(&child("/bind", name)), "");
        let wanted = pipeline.place(&child(&side.pointer, "connector"));
        let diagnostic = diagnostic.and(wanted, format!("what `{}` reads and writes by it", pipeline.name));
        out.push(diagnostic.and(known.place("/connector"), "the connection's connector"));
    }

    /// Checks the values that it gives to variables.
    fn given_vars(&self, out: &mut Diagnostics) {
        for (name, setting) in &self.tenant.vars {
            let declared: Vec<&Var> =
                self.run_by().filter_map(|pipeline| vars::declared(pipeline, name)).collect();
            let wrong = |var: &&Var| {
                let wrong = vars::wrong_type(name, var.kind, &setting.value, setting.place.clone());
                wrong.map(|wrong| wrong.and(var.place.clone(), "declared here"))
            };
            out.extend(declared.iter().find_map(wrong));
            let may_be_declared = self.run_by().any(|pipeline| vars::may_declare(pipeline, name));
            if !may_be_declared && !self.may_run_more() {
                let all = self.run_by().flat_map(|pipeline| pipeline.vars.keys().map(String::as_str));
                let message = format!("no pipeline of `{}` has a variable `{name}`", self.tenant.name);
                let place = self.document.key_place(&child("/vars", name));
                out.push(vars::unknown(name, all, message, place));
            }
        }
    }

    /// Checks that it sets every variable without default.
    fn missing_vars(&self, out: &mut Diagnostics) {
        let mut missing: IndexMap<&str, Place> = IndexMap::new();
        for pipeline in self.run_by() {
            for var in unset(pipeline) {
                let at = child("/vars", &var.name);
                if !self.tenant.vars.contains_key(&var.name) && !self.refused.has(&at) {
                    missing.entry(&var.name).or_insert_with(|| var.place.clone());
                }
            }
        }
        for (name, place) in missing {
            let message =
                format!("`{}` does not set the variable `{name}`, which has no default", self.tenant.name);
            let diagnostic = Diagnostic::error(code::VAR_NOT_SET, message).at(self.place_of("/vars"), "");
            let diagnostic = diagnostic.and(place, "declared here");
            out.push(
                diagnostic
                    .help(format!("add it to `[vars]`, or give `[vars.{name}]` a default in the pipeline")),
            );
        }
    }

    fn lookups(&self, out: &mut Diagnostics) {
        for (name, lookup) in &self.tenant.lookups {
            let at = child("/lookup", name);
            let has = |pipeline: &PipelineFile| {
                let refused = |at: &str| pipeline.incomplete.contains(at);
                pipeline.lookups.contains_key(name) || refused("/lookup") || refused(&at)
            };
            if self.run_by().any(has) || self.may_run_more() {
                continue;
            }
            let message = format!("no pipeline of `{}` has a lookup `{name}`", self.tenant.name);
            let unknown = Diagnostic::error(code::LOOKUP_UNKNOWN, message).at(lookup.place.clone(), "");
            let all = self.run_by().flat_map(|pipeline| pipeline.lookups.keys().map(String::as_str));
            out.push(match suggest(name, all) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")).fix(lookup.place.clone(), near),
                None => unknown.help("a tenant changes values of lookups and adds none"),
            });
        }
    }

    /// Where a table of the tenant is, or should be.
    fn place_of(&self, table: &str) -> Place {
        let at = if self.document.get(table).is_some() { table } else { "/tenant" };
        self.document.key_place(at)
    }
}

/// The variables of a pipeline that have no default.
fn unset(pipeline: &PipelineFile) -> impl Iterator<Item = &Var> {
    let was_refused = |name: &str| pipeline.incomplete.contains(&format!("{}/default", child("/vars", name)));
    pipeline.vars.values().filter(move |var| var.default.is_none() && !was_refused(&var.name))
}

/// Refuses variables that nobody sets: there are no tenants.
pub(super) fn refuse_unset(pipelines: &[PipelineFile], out: &mut Diagnostics) {
    for var in pipelines.iter().flat_map(unset) {
        let message =
            format!("the variable `{}` has no default, and there are no tenants to set it", var.name);
        let diagnostic = Diagnostic::error(code::VAR_NOT_SET, message).at(var.place.clone(), "");
        out.push(diagnostic.help("give it a default, or add tenants/NAME.toml with `[vars]`"));
    }
}
