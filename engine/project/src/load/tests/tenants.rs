//! Tenants, checked against the pipelines that they run.

use super::*;
use crate::project::DEFAULT_TENANT;

const PIPELINE: &str = r#"[source]
connection = { bind = "store" }
[target]
connector = "sqlite"
connection = { bind = "books" }
[vars.income]
type = "string"
[vars.since]
type = "date"
default = "2026-01-01"
[lookup.gateway]
values = {}
[entity.x]
from = "s"
to = "t"
map.a = "$.a"
"#;

const TENANT: &str =
    "[tenant]\npipelines = [\"p\"]\n[bind]\nstore = \"a\"\nbooks = \"b\"\n[vars]\nincome = \"Sales\"\n";

/// The diagnostics of a project with this pipeline and these tenants.
fn load_tenants(pipeline: &str, tenants: &[(&str, &str)]) -> (Project, Vec<Diagnostic>) {
    let mut files = connections().with("pipelines/p.toml", pipeline);
    for (name, text) in tenants {
        files = files.with(format!("tenants/{name}.toml"), *text);
    }
    let (project, out) = load_all(&files);
    (project, out.sorted())
}

fn only(tenant: &str) -> Diagnostic {
    let (project, mut out) = load_tenants(PIPELINE, &[("acme", tenant)]);
    assert_eq!(out.len(), 1, "{out:#?}");
    assert!(!project.tenants[0].complete && project.pipelines[0].complete);
    out.remove(0)
}

/// Where the labels of a diagnostic are.
fn labels(diagnostic: &Diagnostic) -> Vec<String> {
    diagnostic.labels.iter().map(|label| label.place.to_string()).collect()
}

#[test]
fn a_tenant_is_called_like_its_file_and_finds_its_connections() {
    let (project, out) = load_tenants(PIPELINE, &[("acme", TENANT)]);
    assert_eq!(out, []);
    let tenant = project.tenant("acme").unwrap();
    assert!(tenant.complete && tenant.runs("p"));
    let target = project.pipelines[0].target.as_ref().unwrap();
    assert_eq!(project.connection(target, tenant).unwrap().connector, "sqlite");
}

#[test]
fn what_a_pipeline_needs_and_a_tenant_lacks_is_shown_on_both_sides() {
    let diagnostic = only(&TENANT.replace("store = \"a\"\n", ""));
    assert_eq!(diagnostic.message, "`acme` runs `p` and does not bind `store`");
    assert_eq!(labels(&diagnostic), ["tenants/acme.toml:3", "pipelines/p.toml:2"]);
    let diagnostic = only(&TENANT.replace("[vars]\nincome = \"Sales\"\n", ""));
    assert_eq!(diagnostic.message, "`acme` does not set the variable `income`, which has no default");
    assert_eq!(labels(&diagnostic), ["tenants/acme.toml:1", "pipelines/p.toml:6"]);
    let diagnostic = only(&TENANT.replace("books = \"b\"", "books = \"a\""));
    assert_eq!(diagnostic.message, "the connection `a` is of connector `csv`, not `sqlite`");
    assert_eq!(labels(&diagnostic), ["tenants/acme.toml:5", "pipelines/p.toml:4", "connections.toml:2"]);
}

#[test]
fn every_name_of_a_tenant_must_be_known() {
    let cases = [
        (TENANT.replace("\"p\"", "\"p\", \"pp\""), "2 pipeline/unknown", None),
        (TENANT.replace("\"b\"", "\"books\""), "5 connection/unknown", None),
        (format!("{TENANT}sinse = \"2026-01-01\"\n"), "8 var/unknown", Some("since")),
        (format!("{TENANT}since = \"2026-02-30\"\n"), "8 var/type", None),
        (format!("{TENANT}[lookup.gatway.values]\na = \"b\"\n"), "8 mapping/unknown-lookup", Some("gateway")),
        (format!("{TENANT}[lookup.gateway]\nfile = \"b\"\n"), "9 format/unknown-key", None),
        (format!("{TENANT}[schedule]\nfull = \"@never\"\n"), "9 schedule/cron", None),
        (format!("{TENANT}[safety.unattended]\nmax_error_rate.above = 5\n"), "9 format/unknown-value", None),
        (
            TENANT.replace("[tenant]", "[tenant]\ntimezone = \"Utc/Nowhere\""),
            "2 project/unknown-timezone",
            None,
        ),
        (TENANT.replace("[tenant]", "[tenant]\nname = \"\""), "2 format/empty-name", None),
    ];
    for (tenant, expected, fix) in cases {
        let diagnostic = only(&tenant);
        let place = diagnostic.place().unwrap();
        assert_eq!(format!("{} {}", place.line, diagnostic.code), expected, "{tenant}");
        assert_eq!(diagnostic.fix.map(|fix| fix.replacement).as_deref(), fix, "{tenant}");
    }
}

#[test]
fn a_connection_and_a_name_belong_to_one_tenant() {
    let second = TENANT.replace("[tenant]", "[tenant]\nname = \"acme\"").replace("\"a\"", "\"b\"");
    let (_, out) = load_tenants(
        &PIPELINE.replace("connector = \"sqlite\"\n", ""),
        &[("acme", TENANT), ("other", &second)],
    );
    assert_eq!(
        lines(&out),
        ["2 tenant/duplicate-name", "5 tenant/shared-connection", "6 tenant/shared-connection"],
        "{out:#?}"
    );
    assert_eq!(labels(&out[1]), ["tenants/other.toml:5", "tenants/acme.toml:5"]);
}

#[test]
fn without_tenants_nothing_binds_and_nothing_is_set() {
    let (project, out) = load_tenants(PIPELINE, &[]);
    assert_eq!(lines(&out), ["2 tenant/none", "5 tenant/none", "6 var/not-set"]);
    assert_eq!(project.tenants[0].name, DEFAULT_TENANT);
}

#[test]
fn a_broken_file_costs_no_error_about_what_it_holds() {
    let (project, out) = load_tenants(PIPELINE, &[("acme", "[tenant\n")]);
    assert_eq!(lines(&out), ["1 toml/syntax"]);
    assert_eq!(project.tenants.len(), 1, "there is always a tenant");
    assert!(!project.tenants[0].complete);
    let extended = format!("{TENANT}since = \"2026-01-01\"\n[lookup.gateway.values]\na = 1\n");
    let (_, out) = load_tenants(
        "[pipeline]\nname = \"shop\"\n[source\n",
        &[("acme", &extended.replace("\"p\"", "\"shop\""))],
    );
    assert_eq!(lines(&out), ["3 toml/syntax"]);
}

#[test]
fn a_test_names_a_tenant_and_variables_that_exist() {
    let test = "[[test]]\nname = \"t\"\nentity = \"x\"\ninput.json = \"{}\"\ntenant = \"acmee\"\nvars = { income = 7, inc = 1 }\n";
    let (project, out) = load_tenants(&format!("{PIPELINE}{test}"), &[("acme", TENANT)]);
    assert_eq!(lines(&out), ["21 tenant/unknown", "22 var/type", "22 var/unknown"], "{out:#?}");
    assert_eq!(out[0].fix.as_ref().unwrap().replacement, "\"acme\"");
    assert!(!project.pipelines[0].complete && project.tenants[0].complete);
}
