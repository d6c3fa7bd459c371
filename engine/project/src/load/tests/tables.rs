//! The smaller tables of engine.toml and of pipelines.

use super::*;
use crate::{
    model::{Conflict, Direction},
    project::OnFail,
    rule::{Rule, Source},
};

/// A pipeline whose first line after the entity `x` is line 7.
fn with(lines: &str) -> (Project, Vec<Diagnostic>) {
    load_pipeline(&format!("{HEAD}[entity.x]\nfrom = \"s\"\nto = \"t\"\nmap.a = \"$.a\"\n{lines}"))
}

#[test]
fn asserts_fail_or_make_up_for_a_small_difference() {
    let (project, out) = with(
        "[[entity.x.assert]]\nthat = \"target.a == 1\"\n[[entity.x.assert]]\nthat = \"true\"\non_fail = { line = \"Rounding\", up_to = \"0.05\" }\n",
    );
    assert_eq!(out, []);
    let asserts = &project.pipelines[0].entities["x"].asserts;
    assert_eq!((&asserts[0].on_fail, asserts[0].place.line), (&OnFail::Fail, 7));
    let up_to = rust_decimal::Decimal::new(5, 2);
    assert_eq!(asserts[1].on_fail, OnFail::Line { line: "Rounding".to_owned(), up_to });
}

#[test]
fn policies_are_kept_by_the_dotted_path_of_their_field() {
    let (project, out) = with(
        "direction = \"two_way\"\nconflict = \"manual\"\n[entity.x.conflict_fields]\nPhone.Number = \"target_wins\"\nName = \"newest_wins\"\n[entity.x.map_back]\n\"billing.phone\" = \"$.Phone.Number\"\nname.first = { path = \"$.Name\" }\n",
    );
    assert_eq!(out, []);
    let policy = &project.pipelines[0].entities["x"].policy;
    assert_eq!((policy.direction, policy.conflict), (Direction::TwoWay, Conflict::Manual));
    let fields: Vec<_> = policy
        .conflict_fields
        .iter()
        .map(|(path, (wins, place))| (path.as_str(), *wins, place.line))
        .collect();
    assert_eq!(fields, [("Phone.Number", Conflict::TargetWins, 10), ("Name", Conflict::NewestWins, 11)]);
    assert_eq!(policy.map_back.keys().collect::<Vec<_>>(), ["billing.phone", "name.first"]);
}

#[test]
fn renames_and_sums_are_kept_with_their_places() {
    let (project, out) = with(
        "[[moved]]\nfrom = \"entity.items\"\nto = \"entity.x\"\n[[reconcile]]\nname = \"sales\"\nby = [\"day\"]\nsource = { entity = \"x\", count = true, by = { day = \"$.paid\" }, sum = { gross = \"$.total\" } }\ntarget = { sum = { gross = \"$.TotalAmt\" } }\n",
    );
    assert_eq!(out, []);
    let pipeline = &project.pipelines[0];
    assert_eq!((pipeline.moved[0].from.text.as_str(), pipeline.moved[0].to.place.line), ("entity.items", 9));
    let reconcile = &pipeline.reconcile[0];
    assert!(reconcile.count && reconcile.by[0].text == "day" && reconcile.entity.text == "x");
    let path = |rules: &[Rule]| match &rules[0].source {
        Source::Path(paths) => paths[0].text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path(&reconcile.source.sum["gross"]), "$.total");
    assert_eq!(path(&reconcile.target.sum["gross"]), "$.TotalAmt");
    assert_eq!(path(&reconcile.source.by["day"]), "$.paid");
}

#[test]
fn every_mistake_in_a_table_is_told_where_it_stands() {
    let cases = [
        ("[[entity.x.assert]]\non_fail = \"fail\"\n", "7 format/missing-key"),
        ("[[entity.x.assert]]\nthat = \"a\"\non_fail = \"ignore\"\n", "9 format/unknown-value"),
        ("[[entity.x.assert]]\nthat = \"a\"\non_fail = { line = \"R\" }\n", "9 format/missing-key"),
        ("[[entity.x.assert]]\nthat = \"a\"\non_fail = { up_to = 1 }\n", "9 format/missing-key"),
        (
            "[[entity.x.assert]]\nthat = \"a\"\non_fail = { line = \"R\", up_to = \"-1\" }\n",
            "9 format/unknown-value",
        ),
        (
            "[[entity.x.assert]]\nthat = \"a\"\non_fail = { line = \"R\", upto = 1, up_to = 1 }\n",
            "9 format/unknown-key",
        ),
        ("[[entity.x.assert]]\nthat = 7\n", "8 format/wrong-type"),
        ("when_ref = { key = \"$.id\" }\n", "7 format/missing-key"),
        ("when_ref = { ref = \"x\" }\n", "7 format/missing-key"),
        ("when_ref = { ref = \"x\", key = \"id\" }\n", "7 mapping/not-a-path"),
        ("when_ref = \"x\"\n", "7 format/wrong-type"),
        ("conflict = \"i_win\"\n", "7 format/unknown-value"),
        ("conflict_fields.A.B = \"source_win\"\n", "7 format/unknown-value"),
        ("conflict_fields.A = [1]\n", "7 format/wrong-type"),
        ("map_back.a = \"A\"\n", "7 mapping/not-a-path"),
        ("map_back.a = [\"$.A\"]\n", "7 format/wrong-type"),
        ("source.filter = 7\n", "7 format/wrong-type"),
        ("source.filter.since = { var = 7 }\n", "7 format/wrong-type"),
        ("map.b = { path = \"$.b\", transform = [{ prefix = { var = [] } }] }\n", "7 format/wrong-type"),
        ("[vars.a]\ntype = \"text\"\ndefault = \"\"\n", "8 format/unknown-value"),
        ("[vars.a]\ntype = \"int\"\ndefault = 7\n", "8 format/unknown-value"),
        ("[vars.a]\ndefault = 7\n", "8 var/type"),
        ("[vars.a]\ntype = \"integer\"\ndefault = 1.5\n", "9 var/type"),
        ("[vars.a]\ntype = \"decimal\"\ndefault = \"1,5\"\n", "9 var/type"),
        ("[vars.a]\ntype = \"boolean\"\ndefault = \"true\"\n", "9 var/type"),
        ("[vars.a]\ntype = \"date\"\ndefault = \"2026-01-01T00:00:00\"\n", "9 var/type"),
        ("[schedule]\nfull = \"30 2 * *\"\n", "8 schedule/cron"),
        ("[schedule]\nfull = \"0 30 2 * * *\"\n", "8 schedule/cron"),
        ("[webhooks]\ntopics = [\"\"]\n", "8 format/empty-name"),
        ("[[moved]]\nfrom = \"entity.y\"\n", "7 format/missing-key"),
        ("[[moved]]\nfrom = \"field.y\"\nto = \"entity.x\"\n", "8 moved/name"),
        ("[[moved]]\nfrom = \"entity.y\"\nto = \"connection.a\"\n", "9 moved/name"),
        ("[[moved]]\nfrom = \"entity.x\"\nto = \"entity.x\"\n", "8 moved/still-there"),
        ("[[moved]]\nfrom = \"connection.c\"\nto = \"connection.d\"\n", "9 moved/unknown"),
        ("[[moved]]\nfrom = \"pipeline.q\"\nto = \"pipeline.pp\"\n", "9 moved/unknown"),
        ("[[reconcile]]\nsource = { entity = \"x\" }\n", "7 format/missing-key"),
        ("[[reconcile]]\nname = \"n\"\n", "7 format/missing-key"),
        ("[[reconcile]]\nname = \"n\"\nsource = { entity = \"y\" }\n", "9 reconcile/unknown-entity"),
        (
            "[[reconcile]]\nname = \"n\"\nsource = { entity = \"x\", sum = { a = \"$.a\" } }\n",
            "9 reconcile/one-sided",
        ),
        (
            "[[reconcile]]\nname = \"n\"\nsource = { entity = \"x\" }\ntarget = { sum = { a = \"$.a\" } }\n",
            "10 reconcile/one-sided",
        ),
        (
            "[[reconcile]]\nname = \"n\"\nsource = { entity = \"x\", sum = { a = \"a\" } }\ntarget.sum.a = \"$.a\"\n",
            "9 mapping/not-a-path",
        ),
        ("[pipeline]\nlibraries = [\"lib/a-b.rhai\"]\n", "8 library/name"),
        ("[pipeline]\nlibraries = [\"lib/fn.rhai\"]\n", "8 library/name"),
        ("[pipeline]\nlibraries = [\"lib/a.rhai\"]\n", "8 file/not-found"),
        (
            "[entity.y]\nfrom = \"s\"\nmap.a = 1\nroute.a = { to = \"t\", when = \"true\", when_ref = { ref = \"x\", key = \"$.id\" } }\n",
            "10 entity/route-condition",
        ),
        ("vars.x = {\n default = \"\"\n}\n", "7 format/unknown-key"),
    ];
    for (text, expected) in cases {
        let (_, out) = with(text);
        let errors: Vec<_> =
            out.into_iter().filter(|found| found.severity == crate::diag::Severity::Error).collect();
        assert_eq!(lines(&errors), [expected], "{text}\n{errors:#?}");
    }
}

#[test]
fn syntax_that_other_tools_refuse_is_a_warning_and_the_file_is_read() {
    let (project, out) = with("write = {\n match = [\"a\"],\n}\n");
    assert_eq!(lines(&out), ["7 toml/not-portable", "8 toml/not-portable"]);
    assert!(out.iter().all(|found| found.severity == crate::diag::Severity::Warning));
    let pipeline = &project.pipelines[0];
    assert!(pipeline.complete && pipeline.entities["x"].write.match_on == ["a"]);
}

#[test]
fn two_libraries_of_one_name_point_at_each_other() {
    let text = format!(
        "pipeline.libraries = [\"lib/a.rhai\", \"more/a.rhai\"]\n{HEAD}[entity.x]\nfrom = \"s\"\nto = \"t\"\nmap.a = 1\n"
    );
    let (_, out) =
        load_all(&connections().with("p.toml", text).with("lib/a.rhai", "").with("more/a.rhai", ""));
    let out = out.sorted();
    assert_eq!(lines(&out), ["1 library/duplicate"]);
    assert_eq!(out[0].labels.iter().map(|label| label.place.column).collect::<Vec<_>>(), [37, 23]);
}

#[test]
fn limits_retention_and_notifiers_are_checked() {
    let engine = "[safety.unattended]\nmax_error_rate = { above = 1.5 }\n[retention]\nhistory = \"a year\"\n[notifier.a]\nurl = 7\n[notifier.b]\nkind = \"slack\"\n[notifier.c]\nkind = \"email\"\non = [\"failing\"]\n[notifier.d]\nkind = \"webhook\"\nurl = { sercet = \"x\" }\n[notifier.e]\nkind = \"webhook\"\nurl = \"${env:NONE}\"\n";
    let (_, out) = load_all(&MemoryFiles::default().with("engine.toml", engine));
    let out = out.sorted();
    let expected = [
        "2 format/unknown-value",
        "4 format/unknown-value",
        "5 format/missing-key",
        "6 format/wrong-type",
        "7 format/missing-key",
        "9 format/missing-key",
        "11 format/unknown-value",
        "14 format/wrong-type",
        "17 project/variable-not-listed",
    ];
    assert_eq!(lines(&out), expected, "{out:#?}");
}
