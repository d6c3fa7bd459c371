//! Reads the tenants, and checks them against the pipelines that they run.
//!
//! A mistake of a tenant is shown in its file, with the line of the pipeline that it concerns.

mod check;

use super::{
    connections::Connections,
    decode::{Refused, decode, empty_name},
    engine, limits, pipeline, schedule,
    shelf::Shelf,
};
use crate::{
    PipelineFile, Tenant,
    diag::{Diagnostic, Diagnostics, code, suggest},
    model::{LookupOverlayTable, Table, TenantFile},
    project::{Bind, DEFAULT_TENANT, Lookup, Setting},
    toml::{Document, child},
};
use check::Check;
use engine_contract::Value;
use indexmap::IndexMap;
use std::{collections::BTreeMap, sync::Arc};

/// What tenants may name.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) pipelines: &'a [PipelineFile],
    /// Whether there are others that could not be read, so that nobody knows their names.
    pub(super) has_broken: bool,
    pub(super) connections: &'a Connections,
}

/// The tenants of a project.
pub(super) struct Tenants {
    /// At least one.
    pub(super) known: Vec<Tenant>,
    /// Whether a file could not be read, so that nobody knows whom it describes.
    pub(super) has_broken: bool,
}

/// Reads the tenants' files.
pub(super) fn read(
    paths: &[String],
    known: Known<'_>,
    shelf: &mut Shelf<'_>,
    out: &mut Diagnostics,
) -> Tenants {
    let mut tenants: Vec<Tenant> = Vec::with_capacity(paths.len().max(1));
    for path in paths {
        let errors = out.errors();
        let Some(document) = shelf.document(path, out) else { continue };
        let (mut tenant, refused) = one(&document, out);
        Check { tenant: &tenant, document: &document, refused: &refused, known }.run(out);
        check_others(&tenant, &tenants, out);
        tenant.complete = out.errors() == errors;
        tenants.push(tenant);
    }
    let has_broken = tenants.len() < paths.len();
    if paths.is_empty() {
        check::refuse_unset(known.pipelines, out);
    }
    if tenants.is_empty() {
        let name = DEFAULT_TENANT.to_owned();
        tenants.push(Tenant { name, complete: !has_broken, ..Tenant::default() });
    }
    Tenants { known: tenants, has_broken }
}

fn one(document: &Arc<Document>, out: &mut Diagnostics) -> (Tenant, Refused) {
    let decoded = decode::<Table<TenantFile>>(document, "", document.json(), out);
    let (Table(file), refused) = (decoded.table, decoded.refused);
    let Table(table) = file.tenant;
    out.extend(empty_name(document, "/tenant/name"));
    engine::check_timezone(document, "/tenant/timezone", table.timezone.as_deref(), out);
    if let Some(safety) = &file.safety {
        limits::check_safety(document, safety, out);
    }
    let place = |table: &str, name: &str| document.place(&child(table, name));
    let bind = |(name, connection): (String, String)| {
        let place = place("/bind", &name);
        (name, Bind { connection, place })
    };
    let setting = |(name, value): (String, Value)| {
        let place = place("/vars", &name);
        (name, Setting { value, place })
    };
    let notifiers = limits::Notifiers { document, refused: &refused, variables: None };
    let name = table.name.filter(|name| !name.is_empty());
    let tenant = Tenant {
        name: name.unwrap_or_else(|| pipeline::stem(document.file())),
        pipelines: table.pipelines,
        timezone: table.timezone,
        sandbox: table.sandbox,
        binds: file.bind.into_iter().map(bind).collect(),
        vars: file.vars.into_iter().map(setting).collect(),
        lookups: lookups(document, file.lookup),
        schedule: schedule::read(document, &file.schedule, out),
        safety: file.safety.map(|Table(safety)| safety),
        notifiers: notifiers.read(file.notifier, out),
        complete: false,
        document: Some(Arc::clone(document)),
    };
    (tenant, refused)
}

fn lookups(
    document: &Document,
    tables: IndexMap<String, Table<LookupOverlayTable>>,
) -> BTreeMap<String, Lookup> {
    let lookup = |(name, Table(table)): (String, Table<LookupOverlayTable>)| {
        let place = document.key_place(&child("/lookup", &name));
        let (values, default) = (table.values, table.default);
        (name.clone(), Lookup { name, description: None, values, default, place })
    };
    tables.into_iter().map(lookup).collect()
}

/// Checks that a tenant shares neither its name nor a connection with those before it.
fn check_others(tenant: &Tenant, others: &[Tenant], out: &mut Diagnostics) {
    let name_place =
        |tenant: &Tenant| tenant.document.as_ref().map(|document| document.place("/tenant/name"));
    let same = others.iter().find(|other| other.name == tenant.name);
    if let (Some(place), Some(first)) = (name_place(tenant), same.and_then(name_place)) {
        let message = format!("two tenants are called `{}`", tenant.name);
        let diagnostic =
            Diagnostic::error(code::TENANT_DUPLICATE, message).at(place, "").and(first, "the other one");
        out.push(diagnostic.help("a tenant without `name` is called like its file"));
    }
    for bind in tenant.binds.values() {
        let bound =
            |other: &Tenant| other.binds.values().find(|other| other.connection == bind.connection).cloned();
        let Some((other, first)) = others.iter().find_map(|other| Some((&other.name, bound(other)?))) else {
            continue;
        };
        let message = format!("the connection `{}` belongs to `{other}`", bind.connection);
        let diagnostic = Diagnostic::error(code::TENANT_SHARED, message).at(bind.place.clone(), "");
        let help = "a connection belongs to one tenant: add one for this tenant to connections.toml";
        out.push(diagnostic.and(first.place, "bound here").help(help));
    }
}

/// Checks the tenants that tests name.
pub(super) fn check_tests(pipelines: &mut [PipelineFile], tenants: &Tenants, out: &mut Diagnostics) {
    for pipeline in pipelines {
        for test in &pipeline.tests {
            let Some(name) = &test.tenant else { continue };
            let is_known = tenants.known.iter().any(|tenant| tenant.name == name.text);
            if is_known || tenants.has_broken {
                continue;
            }
            let message = format!("there is no tenant `{}`", name.text);
            let unknown = Diagnostic::error(code::TENANT_UNKNOWN, message).at(name.place.clone(), "");
            let near = suggest(&name.text, tenants.known.iter().map(|tenant| tenant.name.as_str()));
            out.push(unknown.meant(near, "a tenant is a file in tenants/"));
            pipeline.complete = false;
        }
    }
}
