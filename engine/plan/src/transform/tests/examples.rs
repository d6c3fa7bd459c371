//! The examples of the catalog, its arguments and its schemas.

use super::*;
use serde_json::json;

#[test]
fn every_example_in_the_catalog_holds() {
    for (spec, example) in examples() {
        let transform = transform(example.call);
        assert_eq!(transform.name(), spec.name, "{}", example.call);
        let output = transform.apply(value(example.input)).ok().map(|value| value.to_json());
        assert_eq!(output.as_deref(), example.output, "{} of {}", example.call, example.input);
    }
    for spec in catalog::TABLE {
        assert!(!spec.examples.is_empty(), "{} has no example", spec.name);
    }
}

#[test]
fn names_are_unique() {
    let names: std::collections::BTreeSet<_> = Transform::NAMES.into_iter().collect();
    assert_eq!(names.len(), Transform::NAMES.len());
}

fn bad_arguments() -> Vec<(&'static str, Json)> {
    vec![
        ("trim", json!(1)),
        ("prefix", json!(null)),
        ("replace", json!({"from": "", "to": "x"})),
        ("replace", json!({"from": "a", "to": "b", "all": true})),
        ("fit", json!(0)),
        ("fit", json!(-1)),
        ("fit", json!({"length": 5, "overflow": "wrap"})),
        ("fit", json!({"overflow": "fail"})),
        ("null_if", json!([])),
        ("null_if", json!({})),
        ("pad", json!({"length": 5})),
        ("pad", json!({"length": 5, "with": ""})),
        ("only", json!("vowels")),
        ("split", json!("")),
        ("regex_replace", json!({"pattern": "a"})),
        ("round", json!(-1)),
        ("round", json!({"places": 2, "mode": "nearest"})),
        ("scale", json!(29)),
        ("multiply", json!("many")),
        ("divide", json!({"by": 3, "places": 2, "mode": "up", "zero": true})),
        ("timestamp", json!(7)),
        ("add_days", json!(1.5)),
        ("from_unix", json!("hours")),
        ("sort", json!("random")),
        ("get", json!(true)),
        ("hash", json!("md5")),
        ("hash", json!(null)),
    ]
}

#[test]
fn arguments_are_checked_when_a_mapping_is_compiled() {
    for (name, argument) in bad_arguments() {
        let error = Transform::parse(name, &argument, &Defaults::default()).unwrap_err();
        assert!(matches!(error, BadArgument::Needs(_)), "{name} {argument}: {error:?}");
    }
    let refused = |name, argument| Transform::parse(name, &argument, &Defaults::default()).unwrap_err();
    assert_eq!(refused("trimm", Json::Null), BadArgument::Unknown);
    let needs = [
        (
            "fit",
            json!({"length": 9, "overflow": "hash_suffix"}),
            "a length over 9 to keep anything before its hash",
        ),
        ("divide", json!(3), "`places`, because quotients by this number may not end"),
        ("date_parse", json!("%d/%m"), "a format with day, month and year: `{ date_parse = \"%d/%m/%Y\" }`"),
        (
            "date_format",
            json!("%Q"),
            "a format of `strftime` without a time zone: `{ date_format = \"%d/%m/%Y\" }`",
        ),
        (
            "divide",
            json!(0),
            "`{ divide = 100 }` or `{ divide = { by = 3, places = 2, mode = \"half_up\" } }`, not by zero",
        ),
    ];
    for (name, argument, what) in needs {
        assert_eq!(refused(name, argument), BadArgument::Needs(what));
    }
    let invalid = [
        ("local_date", json!("America/Edmontn"), "there is no time zone `America/Edmontn`"),
        ("phone", json!("ZZ"), "there is no country `ZZ`; codes are like `CA`"),
        ("matches", json!("(a"), "unclosed group"),
        ("matches", json!("(\\w{500}){500}"), "the pattern is too large when compiled"),
    ];
    for (name, argument, what) in invalid {
        assert_eq!(refused(name, argument), BadArgument::Invalid(what.to_owned()));
    }
}

#[test]
fn the_schema_of_each_argument_takes_what_the_parser_takes() {
    let takes =
        |name: &str, call: &Json| jsonschema::is_valid(&Transform::argument_schema(name).unwrap(), call);
    let written = |name: &str, argument: Json| match argument {
        Json::Null => Json::from(name),
        argument => json!({ name: argument }),
    };
    for (spec, example) in examples() {
        let (name, argument) = call(example.call);
        assert!(takes(spec.name, &written(&name, argument)), "{}", example.call);
        assert!(!takes(spec.name, &json!({ spec.name: 1, "trim": 1 })), "{}", spec.name);
    }
    for (name, argument) in bad_arguments() {
        assert!(!takes(name, &written(name, argument.clone())), "{name} {argument}");
    }
    assert!(takes("prefix", &json!({"prefix": {"var": "prefix"}})));
    assert!(takes("replace", &json!({"replace": {"from": {"var": "a"}, "to": ""}})));
    assert_eq!(Transform::argument_schema("trimm"), None);
}

#[test]
fn the_zone_of_the_project_holds_where_none_is_written() {
    let defaults = Defaults { zone: Zone::named("America/Edmonton").unwrap() };
    for (name, expected) in [("local_date", "2026-01-09"), ("timestamp", "2026-01-10T10:00:00Z")] {
        let transform = Transform::parse(name, &Json::Null, &defaults).unwrap();
        assert_eq!(transform.apply(Value::from("2026-01-10T03:00:00")), Ok(Value::from(expected)));
        let stored = serde_json::to_string(&transform).unwrap();
        assert_eq!(stored, format!("{{\"{name}\":\"America/Edmonton\"}}"));
    }
}

#[test]
fn changes_of_clocks_move_no_day() {
    let local = transform(r#"{ local_date = "America/Edmonton" }"#);
    // On 8 March 2026 the clocks go from 02:00 to 03:00; the offset is 7 hours before and 6 after.
    let days = [
        ("2026-03-08T06:59:59", "2026-03-07"),
        ("2026-03-08T07:00:00", "2026-03-08"),
        ("2026-03-09T05:59:59", "2026-03-08"),
        ("2026-03-09T06:00:00", "2026-03-09"),
    ];
    for (utc, day) in days {
        assert_eq!(local.apply(Value::from(utc)), Ok(Value::from(day)), "{utc}");
    }
    let instant = transform(r#"{ timestamp = "America/Edmonton" }"#);
    for (written, utc) in
        [("2026-03-08T02:30:00", "2026-03-08T09:30:00Z"), ("2026-11-01T01:30:00", "2026-11-01T07:30:00Z")]
    {
        assert_eq!(instant.apply(Value::from(written)), Ok(Value::from(utc)), "{written}");
    }
}

#[test]
fn html_becomes_the_text_that_a_browser_shows() {
    let cases = [
        ("a\n  b", "a b"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br/>b<BR>c", "a\nb\nc"),
        ("<p>a</p>\n\n<p>b</p>", "a\nb"),
        ("<b>a</b><i>b</i>", "ab"),
        ("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>", "a b\nc"),
        ("a<!-- <b>hidden</b> -->b", "ab"),
        ("a<script>if (1 < 2) alert('</p>')</SCRIPT>b", "ab"),
        ("<style>p { color: red }", ""),
        ("Tom &amp; Jerry&#39;s &eacute;t&#xe9;&nbsp;x", "Tom & Jerry's été x"),
        ("&lt;b&gt;", "<b>"),
        ("&unknown; & &;", "&unknown; & &;"),
        ("3 < 4 > 2 <", "3 < 4 > 2 <"),
        ("a <b unclosed", "a <b unclosed"),
        ("<img alt='x' src=y>a", "a"),
        ("<?xml version='1.0'?><!DOCTYPE html>a", "a"),
    ];
    for (html, text) in cases {
        assert_eq!(Transform::StripHtml.apply(Value::from(html)), Ok(Value::from(text)), "{html}");
    }
}
