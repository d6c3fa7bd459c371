mod asserts;
mod finds;
mod gates;
mod traces;
mod vars;

use crate::Routed;
use crate::sample::{Known, blueprint, catalogs, items, links, mapped, with};
use engine_contract::Op;

fn entity(lines: &str) -> String {
    format!(
        "[entity.e]\nfrom = \"orders\"\nto = \"order\"\n{lines}\n[entity.parent]\nfrom = \"customers\"\nto = \"customer\"\nmap.id = \"$.id\"\n"
    )
}

/// Maps a record by the lines of an entity, with no links.
fn map(lines: &str, json: &str) -> Result<String, String> {
    mapped(&blueprint(&entity(lines)), json, &Known::default(), Op::Create)
}

/// The same against the catalog of the target.
fn fitted(lines: &str, json: &str) -> Result<String, String> {
    mapped(&with(&entity(lines), &catalogs()), json, &Known::default(), Op::Create)
}

#[test]
fn a_rule_works_in_the_order_source_transform_lookup_default_required() {
    let lookup = "[lookup.state]\nvalues = { done = \"paid\" }\n";
    let rule = |rest: &str| {
        format!(
            "map.s = {{ path = \"$.s\", transform = [\"trim\", \"lowercase\", {{ null_if = \"\" }}], lookup = \"state\"{rest} }}\n{lookup}"
        )
    };
    assert_eq!(map(&rule(""), r#"{"s":" DONE "}"#).unwrap(), r#"{"s":"paid"}"#);
    assert_eq!(map(&rule(", default = \"x\""), r#"{"s":"other"}"#).unwrap(), r#"{"s":"x"}"#);
    assert_eq!(map(&rule(", default = \"x\""), r#"{"s":" "}"#).unwrap(), r#"{"s":"x"}"#);
    assert_eq!(map(&rule(""), r#"{"s":null}"#).unwrap(), r#"{"s":null}"#);
    assert_eq!(
        map(&rule(""), r#"{"s":"SECRET"}"#).unwrap_err(),
        "mapping/lookup-miss: lookup `state` does not have the value of `$.s`"
    );
    assert_eq!(
        map(&rule(", required = true"), "{}").unwrap_err(),
        "mapping/required: `$.s` has no value, and the field is required"
    );
    let with_default = rule("").replace("values", "default = \"else\"\nvalues");
    assert_eq!(map(&with_default, r#"{"s":"SECRET"}"#).unwrap(), r#"{"s":"else"}"#);
}

#[test]
fn the_first_rule_with_a_value_wins() {
    let lines = "map.a = [\"$.x\", { path = [\"$.y\", \"$.z\"] }, { const = \"none\" }]";
    assert_eq!(map(lines, r#"{"x":1,"y":2}"#).unwrap(), r#"{"a":1}"#);
    assert_eq!(map(lines, r#"{"x":null,"z":3}"#).unwrap(), r#"{"a":3}"#);
    assert_eq!(map(lines, "{}").unwrap(), r#"{"a":"none"}"#);
}

#[test]
fn blocks_make_elements_in_order_and_nest() {
    let lines = "map.id = \"$.id\"\n[[entity.e.map.L]]\neach = \"$.lines[*]\"\nwhen = \"item.n > 0\"\n\
        map.n = \"@.n\"\nmap.order = \"$.id\"\n[[entity.e.map.L.map.T]]\neach = \"@.tags[*]\"\nmap.t = \"@\"\n\
        [[entity.e.map.L]]\nmap.n = { const = \"last\" }\n";
    assert_eq!(
        map(lines, r#"{"id":7,"lines":[{"n":1,"tags":["a","b"]},{"n":0},{"n":2.50}]}"#).unwrap(),
        r#"{"id":7,"L":[{"n":1,"order":7,"T":[{"t":"a"},{"t":"b"}]},{"n":2.50,"order":7,"T":[]},{"n":"last"}]}"#
    );
}

#[test]
fn errors_name_the_rule_and_never_the_value() {
    assert_eq!(
        map("map.a = { path = \"$.t\", transform = [\"decimal\"] }", r#"{"t":"SECRET"}"#).unwrap_err(),
        "mapping/transform-failed: `$.t` is a text where transform `decimal` needs a decimal number of at most 28 digits"
    );
    let script = map("map.a = { script = \"record.t.to_decimal()\" }", r#"{"t":"SECRET"}"#).unwrap_err();
    assert_eq!(
        script,
        "mapping/script-failed: the script failed: the text is not a decimal number at script line 1 column 10"
    );
}

#[test]
fn values_fit_the_target_or_fail() {
    let one = |field: &str, value: &str| {
        fitted(&format!("map.id = 1\nmap.{field} = \"$.v\""), &format!("{{\"v\":{value}}}"))
            .map(|json| json.replace("{\"id\":1,", "").replace('}', ""))
            .map_err(|error| error.split(':').next().unwrap_or_default().to_owned())
    };
    assert_eq!(one("number", "17").unwrap(), r#""number":"17""#);
    assert_eq!(one("number", "\"123456789\"").unwrap_err(), "mapping/too-long");
    assert_eq!(one("number", "[1]").unwrap_err(), "mapping/wrong-type");
    assert_eq!(one("total", "3").unwrap(), r#""total":3"#);
    assert_eq!(one("total", "10.00").unwrap(), r#""total":10.00"#);
    assert_eq!(one("total", "\"10.00\"").unwrap_err(), "mapping/wrong-type");
    assert_eq!(one("paid", "1").unwrap_err(), "mapping/wrong-type");
    assert_eq!(one("status", "\"lost\"").unwrap_err(), "mapping/not-allowed");
    assert_eq!(one("status", "\"paid\"").unwrap(), r#""status":"paid""#);
    assert_eq!(one("raw", "[1.10,null]").unwrap(), r#""raw":[1.10,null]"#);
    let id = |value: &str| fitted("map.id = \"$.v\"", &format!("{{\"v\":{value}}}"));
    assert_eq!(id("\"42\"").unwrap(), r#"{"id":42}"#);
    assert_eq!(
        id("4.5").unwrap_err(),
        "mapping/wrong-type: `$.v` is a number, and `id` of the target is an integer"
    );
    assert_eq!(
        id("\"\"").unwrap_err(),
        "mapping/wrong-type: `$.v` is a text, and `id` of the target is an integer: add transform `integer`"
    );
    assert_eq!(
        fitted("map.id = 1\nmap.number = { path = \"$.v\", on = \"create\" }", "{\"v\":\"123456789\"}")
            .unwrap_err(),
        "mapping/too-long: `number` (from `$.v`) takes 8 characters, and the text is longer: add transform `fit`"
    );
    assert_eq!(id("null").unwrap_err(), "mapping/required: `$.v` has no value, and the target requires `id`");
    let update = mapped(&with(&entity("map.id = \"$.v\""), &catalogs()), "{}", &Known::default(), Op::Update);
    assert_eq!(update.unwrap(), r#"{"id":null}"#);
}

#[test]
fn a_reference_becomes_the_id_or_the_record_waits() {
    let lines = |rest: &str| {
        blueprint(&entity(&format!(
            "map.a = 1\nmap.c.value = {{ ref = \"parent\", key = [\"$.c\", \"$.d\"]{rest} }}"
        )))
    };
    let known = links(&[("parent x|y", "58")]);
    let run = |rest: &str, json: &str| mapped(&lines(rest), json, &known, Op::Create);
    let (hit, miss, none) = (r#"{"c":"x","d":"y"}"#, r#"{"c":"x","d":"z"}"#, r#"{"c":"x","d":0}"#);
    assert_eq!(run("", hit).unwrap(), r#"{"a":1,"c":{"value":"58"}}"#);
    assert_eq!(run(", transform = [\"integer\"]", hit).unwrap(), r#"{"a":1,"c":{"value":58}}"#);
    assert_eq!(run("", miss).unwrap_err(), "held 86400s for parent x|z");
    assert_eq!(run(", if_missing = \"null\"", miss).unwrap(), r#"{"a":1,"c":{"value":null}}"#);
    assert_eq!(
        run(", if_missing = \"null\", default = \"0\"", miss).unwrap(),
        r#"{"a":1,"c":{"value":"0"}}"#
    );
    assert!(run(", if_missing = \"fail\"", miss).unwrap_err().starts_with("mapping/reference-missing"));
    assert!(run("", none).unwrap_err().starts_with("mapping/reference-key"));
    assert!(run(", if_missing = \"fail\"", none).unwrap_err().starts_with("mapping/reference-key"));
    assert_eq!(run(", default = \"none\"", none).unwrap(), r#"{"a":1,"c":{"value":"none"}}"#);
    assert_eq!(run(", if_missing = \"null\"", none).unwrap(), r#"{"a":1,"c":{"value":null}}"#);
}

#[test]
fn alternatives_after_a_reference_count_when_it_has_none() {
    let plan = blueprint(&entity(
        "map.c = [{ ref = \"parent\", key = \"$.v\", if_missing = \"null\" }, { ref = \"parent\", key = \"$.p\" }, \
         { const = \"web\" }]",
    ));
    let run = |json: &str, known: &[(&str, &str)]| mapped(&plan, json, &links(known), Op::Create);
    assert_eq!(run(r#"{"v":1,"p":2}"#, &[("parent 1", "a"), ("parent 2", "b")]).unwrap(), r#"{"c":"a"}"#);
    assert_eq!(run(r#"{"v":0,"p":2}"#, &[("parent 2", "b")]).unwrap(), r#"{"c":"b"}"#);
    assert_eq!(run(r#"{"v":1,"p":0}"#, &[]).unwrap(), r#"{"c":"web"}"#);
    assert_eq!(run(r#"{"v":1,"p":2}"#, &[]).unwrap_err(), "held 86400s for parent 2");
}

#[test]
fn on_leaves_a_field_out_of_the_other_operation() {
    let lines = "map.a = { const = \"x\", on = \"create\" }\nmap.b.c = { path = \"$.m\", on = \"update\" }\n\
        map.d = [{ const = 1, on = \"create\" }, { const = 2 }]";
    let run = |op| mapped(&blueprint(&entity(lines)), "{}", &Known::default(), op).unwrap();
    assert_eq!(run(Op::Create), r#"{"a":"x","b":{},"d":1}"#);
    assert_eq!(run(Op::Update), r#"{"b":{"c":null},"d":2}"#);
}

#[test]
fn references_inside_blocks_land_in_their_element() {
    let lines = "[[entity.e.map.L]]\neach = \"$.l[*]\"\nmap.on = { const = 1, on = \"update\" }\n\
        map.item.value = { ref = \"parent\", key = \"@.p\" }";
    let run = mapped(
        &blueprint(&entity(lines)),
        r#"{"l":[{"p":1},{"p":2}]}"#,
        &links(&[("parent 1", "a"), ("parent 2", "b")]),
        Op::Create,
    );
    assert_eq!(run.unwrap(), r#"{"L":[{"item":{"value":"a"}},{"item":{"value":"b"}}]}"#);
}

#[test]
fn keys_come_from_the_record_and_the_element() {
    let key = |lines: &str, json: &str| {
        let items = items(&blueprint(&entity(lines)), json);
        items.into_iter().map(|item| (item.key, item.parent_key, item.admitted)).collect::<Vec<_>>()
    };
    assert_eq!(key("map.a = 1", "{}"), [("k1".to_owned(), None, Ok(true))]);
    let own = "map.a = 1\nkey = [{ path = \"$.e\", transform = [\"trim\", \"lowercase\"] }, \"$.c\"]";
    assert_eq!(key(own, r#"{"e":" A|b ","c":"CAD"}"#)[0].0, "a\\|b|CAD");
    let missing = &key(own, r#"{"e":" ","c":"CAD"}"#)[0];
    assert_eq!(missing.0, "|k1", "the stream's key could be the key of another item");
    assert_eq!(
        missing.2.as_ref().unwrap_err().message,
        "`$.e` is missing, empty or 0, and `key` of `e` needs it"
    );

    let each = "map.a = \"@.n\"\neach = \"$.l[*]\"\neach_key = \"@.id\"\nwhen = \"item.n > 1 && record.ok\"";
    assert_eq!(
        key(each, r#"{"ok":true,"l":[{"id":5,"n":1},{"id":6,"n":2}]}"#),
        [
            ("k1|5".to_owned(), Some("k1".to_owned()), Ok(false)),
            ("k1|6".to_owned(), Some("k1".to_owned()), Ok(true))
        ]
    );
    assert_eq!(key(each, r#"{"l":null}"#), []);
    let unkeyed = key(each, r#"{"ok":true,"l":[{"n":2},{"n":1},{"n":3}]}"#);
    let keys: Vec<_> = unkeyed.iter().map(|item| item.0.as_str()).collect();
    assert_eq!(keys, ["|k1|0", "|k1|1", "|k1|2"], "what has no key hides nothing else that has none");
    assert!(unkeyed[0].2.is_err() && unkeyed[1].2 == Ok(false) && unkeyed[2].2.is_err());
}

#[test]
fn a_record_that_is_not_wanted_needs_no_key() {
    let lines = "map.a = 1\nkey = [\"$.e\"]\nwhen = \"record.e != ()\"";
    let item = |json: &str| items(&blueprint(&entity(lines)), json).remove(0);
    assert_eq!(item("{}").admitted, Ok(false));
    assert_eq!((item(r#"{"e":"x"}"#).key.as_str(), item(r#"{"e":"x"}"#).admitted), ("x", Ok(true)));
    assert_eq!(item(r#"{"e":0}"#).admitted.unwrap_err().code.as_str(), "mapping/missing-key");
    let linked = "map.a = 1\nkey = [\"$.e\"]\nwhen = \"record.wanted\"";
    let left = items(&blueprint(&entity(linked)), r#"{"e":"x","wanted":false}"#).remove(0);
    assert_eq!((left.key.as_str(), left.admitted), ("x", Ok(false)), "its link is still found");
}

#[test]
fn an_error_in_a_script_of_several_lines_points_at_its_line() {
    let plan = blueprint(&entity("map.a.script = \"\"\"\nlet n = record.n;\nn.to_decimal()\n\"\"\""));
    let program = crate::Program::build(&plan).unwrap();
    let program = program.entity_named("e").unwrap();
    let place = |json: &str| {
        let item = program.items(&crate::sample::source(json)).remove(0);
        program.map(&item, None, &Known::default()).unwrap_err().place
    };
    let first = plan.entities[0].place.line + 3;
    assert_eq!(place(r#"{"n":"x"}"#).line, first + 2);
}

#[test]
fn a_record_takes_the_first_route_that_fits_and_keeps_it() {
    let plan = blueprint(
        "[entity.e]\nfrom = \"orders\"\nmap.a = 1\nmap.b = { x = \"$.x\", y = \"$.y\" }\n\
         [entity.e.route.paid]\nto = \"receipt\"\nwhen = \"record.paid\"\nmap.b = { y = { const = \"paid\" } }\n\
         [entity.e.route.unpaid]\nto = \"invoice\"\notherwise = true\nmap.c = 3\n",
    );
    let program = crate::Program::build(&plan).unwrap();
    let entity = program.entity_named("e").unwrap();
    let run = |json: &str, kept: Option<&str>| {
        let item = entity.items(&crate::sample::source(json)).remove(0);
        let Routed::Mapped(mapped) = entity.map(&item, kept, &Known::default()).unwrap() else {
            panic!("the record takes a route")
        };
        (mapped.route.unwrap(), mapped.object, crate::sample::json_of(mapped.fields))
    };
    let (paid, unpaid) = (r#"{"paid":true,"x":1,"y":2}"#, r#"{"paid":false,"x":1,"y":2}"#);
    let as_paid = ("paid".to_owned(), "receipt".to_owned(), r#"{"a":1,"b":{"x":1,"y":"paid"}}"#.to_owned());
    let as_unpaid =
        ("unpaid".to_owned(), "invoice".to_owned(), r#"{"a":1,"b":{"x":1,"y":2},"c":3}"#.to_owned());
    assert_eq!(run(paid, None), as_paid);
    assert_eq!(run(unpaid, None), as_unpaid);
    assert_eq!(run(paid, Some("unpaid")), as_unpaid);
    assert_eq!(run(paid, Some("gone")), as_paid);
}
