//! Several mistakes at once: each is reported, none hides another, none is told twice.

use super::*;

#[test]
fn all_mistakes_of_a_pipeline_are_reported_at_once() {
    let text = r#"[pipeline]
nmae = "p"
[source]
connection = "aa"
[target]
connector = "csv"
connection = "b"
[lookup.both]
values = {}
file = "x.csv"
[lookup.lost]
file = "lost.csv"
[lookup.none]
[entity.a]
form = "s"
to = 7
map.x = "x"
each = "$.lines"
[entity.b]
from = "s"
write.delete = "remove"
write.update = "yes"
[entity.b.route.one]
to = "t"
otherwise = true
[entity.b.route.two]
otherwise = true
[entity.b.route.three]
to = "t"
[[test]]
name = "t"
entity = "c"
input = {}
expect.status = "hold"
"#;
    let (project, out) = load_pipeline(text);
    let expected = [
        "2 format/unknown-key",
        "4 connection/unknown",
        "6 connection/connector-mismatch",
        "8 lookup/values",
        "12 file/not-found",
        "13 lookup/values",
        "14 format/missing-key",
        "15 format/unknown-key",
        "16 format/wrong-type",
        "17 mapping/not-a-path",
        "18 entity/each",
        "19 entity/no-map",
        "21 format/unknown-value",
        "22 format/wrong-type",
        "26 format/missing-key",
        "27 entity/several-otherwise",
        "28 entity/route-condition",
        "32 test/unknown-entity",
        "33 test/input",
        "34 format/unknown-value",
    ];
    assert_eq!(lines(&out), expected, "{out:#?}");
    let pipeline = &project.pipelines[0];
    assert!(!pipeline.complete);
    assert_eq!(pipeline.entities.len(), 2, "what is incomplete is kept, so that the rest of it is judged");
}

#[test]
fn names_that_name_nothing_are_refused() {
    let text = r#"[pipeline]
name = ""
[source]
connection = "a"
[target]
connection = "b"
[entity."a.b"]
from = ""
to = "t"
map.x = 1
write.match = ["x", "x"]
write.replace_within = ["x"]
[entity.c]
from = "s"
map.x = 1
[entity.c.route.r]
to = ""
otherwise = true
[[test]]
name = "t"
entity = "c"
input.json = "{}"
refs = { d = {}, "c.rr" = {}, "c.r" = {} }
expect.route = "q"
"#;
    let (project, out) = load_pipeline(text);
    let expected = [
        "2 format/empty-name",
        "7 entity/name",
        "8 format/empty-name",
        "11 entity/repeated-write-field",
        "12 entity/replace-without-each",
        "17 format/empty-name",
        "23 test/unknown-entity",
        "23 test/unknown-route",
        "24 test/unknown-route",
    ];
    assert_eq!(lines(&out), expected, "{out:#?}");
    assert_eq!(project.pipelines[0].name, "p", "it is called like its file");
}

#[test]
fn a_time_zone_that_there_is_not_is_refused_where_it_stands() {
    let zone = |name: &str| {
        let engine = format!("[project]\ntimezone = \"{name}\"\n");
        let (_, out) = load_all(&MemoryFiles::default().with("engine.toml", engine));
        out.sorted()
    };
    for known in ["UTC", "America/Edmonton", "Europe/Zurich"] {
        assert_eq!(zone(known), []);
    }
    let out = zone("America/Edmunton");
    assert_eq!(lines(&out), ["2 project/unknown-timezone"]);
    assert_eq!(out[0].fix.as_ref().unwrap().replacement, "\"America/Edmonton\"");
    assert_eq!(lines(&zone("")), ["2 project/unknown-timezone"]);
}

#[test]
fn a_second_otherwise_points_at_the_first() {
    let (_, out) = load_pipeline(&format!(
        "{HEAD}[entity.x]\nfrom = \"s\"\nmap.a = 1\n[entity.x.route.a]\nto = \"t\"\notherwise = true\n[entity.x.route.b]\nto = \"u\"\notherwise = true\n"
    ));
    assert_eq!(lines(&out), ["11 entity/several-otherwise"]);
    assert_eq!(out[0].labels[1].place.line, 8);
}

#[test]
fn syntax_errors_are_reported_one_per_line_and_cost_only_their_file() {
    let files = valid_files().with("pipelines/broken.toml", "a = \nb = 1\nc = [1,\n[d\ne == 2\n");
    let (project, out) = load_all(&files);
    let out = out.sorted();
    assert!(out.len() > 1, "{out:#?}");
    let mut places: Vec<_> = out.iter().map(|diagnostic| diagnostic.place().unwrap().line).collect();
    places.dedup();
    assert_eq!(places.len(), out.len(), "one per line");
    assert!(out.iter().all(|diagnostic| diagnostic.code.as_str() == "toml/syntax"));
    assert_eq!(project.pipelines.len(), 1, "the other pipeline loads");
}

#[test]
fn a_broken_connections_file_is_not_blamed_on_the_pipelines() {
    let (_, out) = load_all(&valid_files().with("connections.toml", "[connection.store\n"));
    assert!(out.iter().all(|diagnostic| diagnostic.place().unwrap().file == "connections.toml"), "{out:#?}");
    let (_, out) = load_all(&valid_files().with(
        "connections.toml",
        "[connection.store]\nconector = \"csv\"\n[connection.books]\nconnector = \"sqlite\"\n",
    ));
    assert_eq!(
        lines(&out.sorted()),
        ["1 format/missing-key"],
        "a setting that only looks misspelled is the connector's"
    );
}

#[test]
fn variables_must_be_listed_and_set_and_are_shown_inside_their_text() {
    let connections =
        "[connection.x]\nconnector = \"csv\"\nurl = \"\\u0068ttps://${env:STORE_ULR}/${env:UNSET}\"\n";
    let files = MemoryFiles::default()
        .with("engine.toml", "project.env = [\"STORE_URL\", \"UNSET\"]\nstate.url = \"mysql://x\"\n")
        .with("connections.toml", connections);
    let (_, out) = load_all(&files);
    let out = out.sorted();
    assert_eq!(
        lines(&out),
        ["3 project/variable-not-listed", "3 project/variable-not-set", "2 project/unsupported-state"]
    );
    assert_eq!(out[0].help.as_deref(), Some("did you mean `STORE_URL`?"));
    let place = out[1].place().unwrap();
    assert_eq!(shown(connections, place), "${env:UNSET}");
}

#[test]
fn lookup_files_are_checked_row_by_row() {
    let csv = "from,to,note\r\na,1,x\r\n\r\nb,2\r\na,3,z\r\n";
    let (project, out) = load_all(&valid_files().with("pipelines/lookups/tax.csv", csv));
    let out = out.sorted();
    assert_eq!(lines(&out), ["4 lookup/file", "5 lookup/duplicate"]);
    assert_eq!(out[1].labels[1].place.line, 2);
    assert_eq!(shown(csv, out[1].place().unwrap()), "a,3,z");
    assert!(!project.pipelines[0].complete);
    let (_, out) = load_all(&valid_files().with("pipelines/lookups/tax.csv", "form,to\na,b\n"));
    assert_eq!(lines(&out.sorted()), ["1 lookup/file"]);
}

#[test]
fn two_pipelines_with_one_name_point_at_each_other() {
    let shop = include_str!("project/shop.toml");
    let files = valid_files().with(
        "zz.toml",
        shop.replace("\"lookups/", "\"pipelines/lookups/").replace("\"samples/", "\"pipelines/samples/"),
    );
    let (_, out) = load_all(&files);
    let out = out.sorted();
    assert_eq!(lines(&out), ["2 pipeline/duplicate-name"], "{out:#?}");
    assert_eq!(out[0].labels[0].place.to_string(), "zz.toml:2");
    assert_eq!(out[0].labels[1].place.to_string(), "pipelines/shop.toml:2");
}

#[test]
fn keys_of_a_project_that_do_nothing_are_refused() {
    let engine = "[project]\ntimezome = \"UTC\"\n[safty]\nconfirm_above = 10\n[state]\nurl = 5\n";
    let (_, out) = load_all(&MemoryFiles::default().with("engine.toml", engine));
    let out = out.sorted();
    assert_eq!(lines(&out), ["2 format/unknown-key", "3 format/unknown-key", "6 format/wrong-type"]);
    assert_eq!(out[0].message, "unknown key `timezome` in `[project]`");
    assert_eq!(out[1].message, "unknown key `safty` in this file");
}

#[test]
fn a_message_about_a_wrong_type_never_quotes_the_value() {
    let (_, out) = load_all(
        &MemoryFiles::default()
            .with("connections.toml", "[connection.x]\nconnector = [\"hunter2, expected hunter2\"]\n"),
    );
    let out = out.sorted();
    assert_eq!(out[0].message, "`connector` must be a text, not a list");
}

#[test]
fn what_is_too_large_or_too_deep_is_refused_before_it_is_read() {
    let large = "# ".repeat(crate::MAX_FILE_BYTES);
    let dotted = format!("{}a = 1\n", "a.".repeat(500_000));
    let header = format!("[{}a]\n", "a.".repeat(65));
    let nested = format!("a = {}\n", "[".repeat(300_000));
    let mixed = format!("[{}a]\nb = {{ {}c = [[1]] }}\n", "a.".repeat(30), "c.".repeat(33));
    let files = MemoryFiles::default()
        .with("a.toml", large)
        .with("b.toml", dotted)
        .with("c.toml", header)
        .with("d.toml", nested)
        .with("e.toml", mixed);
    let (project, out) = load_all(&files);
    let out = out.sorted();
    assert_eq!(
        lines(&out),
        ["0 file/too-large", "1 toml/too-deep", "1 toml/too-deep", "1 toml/too-deep", "2 toml/too-deep"]
    );
    assert!(project.pipelines.is_empty());
    let (_, out) =
        load_pipeline(&format!("{HEAD}# {}\n[entity.x]\nfrom = \"{}\"\n", ".".repeat(500), "a.".repeat(500)));
    assert!(
        out.iter().all(|diagnostic| diagnostic.code.as_str() != "toml/too-deep"),
        "dots in texts are no depth"
    );
}

#[test]
fn a_file_outside_the_project_is_refused() {
    let (_, out) = load_pipeline(&format!(
        "{HEAD}[lookup.x]\nfile = \"../secret.csv\"\n[entity.x]\nfrom = \"s\"\nto = \"t\"\nmap.a = 1\n"
    ));
    assert_eq!(lines(&out), ["4 file/outside-project"]);
}

#[test]
fn a_list_is_not_taken_for_a_table() {
    let (_, out) = load_pipeline(
        "pipeline = [\"x\"]\nsource = 1\ntarget.connection = \"b\"\nlookup.x = []\nentity.x = [\"s\"]\ntest = [1]\n",
    );
    assert_eq!(
        lines(&out),
        [
            "1 format/wrong-type",
            "2 format/wrong-type",
            "4 format/wrong-type",
            "5 format/wrong-type",
            "6 format/wrong-type"
        ],
        "{out:#?}"
    );
}
