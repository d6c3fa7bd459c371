use crate::sample::findings;

const MAP: &str = "map.id = \"$.id\"\n";

/// One entity `e` with these lines, and one finding.
fn finding(lines: &str) -> String {
    let found = findings(&format!("[entity.e]\nfrom = \"orders\"\nto = \"order\"\n{lines}"));
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().unwrap()
}

fn in_map(line: &str) -> String {
    finding(&format!("{MAP}{line}"))
}

#[test]
fn names_that_do_not_exist_are_found_with_the_one_that_was_meant() {
    assert_eq!(
        finding(&format!("{MAP}map.nubmer = \"$.number\"")),
        "mapping/unknown-field \"nubmer\": `order` has no field `nubmer` | did you mean `number`?"
    );
    assert_eq!(
        in_map(
            "map.status = { path = \"$.status\", lookup = \"state\" }\n[lookup.stat]\nvalues = { a = \"open\" }"
        ),
        "mapping/unknown-lookup \"\\\"state\\\"\": there is no lookup `state` | did you mean `stat`?"
    );
    assert_eq!(
        in_map("map.number = { path = \"$.number\", transform = [\"trimm\"] }"),
        "mapping/unknown-transform \"\\\"trimm\\\"\": there is no transform `trimm` | did you mean `trim`?"
    );
    assert_eq!(
        in_map("source.cursor = \"modifed\""),
        "entity/unknown-cursor \"\\\"modifed\\\"\": stream `orders` cannot be read by `modifed` | did you mean `modified`?"
    );
    assert_eq!(
        in_map("needs = [\"ee\"]"),
        "entity/unknown-need \"\\\"ee\\\"\": there is no entity `ee` | there is `e`"
    );
    assert_eq!(
        in_map("write.match = [\"numbr\"]\nmap.number = \"$.number\""),
        "entity/unknown-write-field \"\\\"numbr\\\"\": the map of `e` does not fill `numbr` | did you mean `number`?"
    );
    assert_eq!(
        findings("[entity.e]\nfrom = \"order\"\nto = \"orders\"\nmap.id = \"$.id\""),
        [
            "entity/unknown-stream \"\\\"order\\\"\": the source has no stream `order` | did you mean `orders`?",
            "entity/unknown-object \"\\\"orders\\\"\": the target has no object `orders` | did you mean `order`?",
        ]
    );
}

#[test]
fn fields_are_checked_against_the_target() {
    assert_eq!(
        finding("map.number = \"$.number\""),
        "mapping/missing-field \"e\": `order` requires `id`, and the map does not fill it | add `id = \"$...\"` to the map"
    );
    assert_eq!(
        in_map("map.created = \"$.date\""),
        "mapping/read-only-field \"created\": `created` of `order` cannot be written | remove the line"
    );
}

#[test]
fn paths_and_scripts_point_inside_the_string() {
    assert_eq!(in_map("map.number = \"$.a.é..\""), "mapping/path-syntax \".\": `$.a.é..` is not a JSONPath");
    assert_eq!(
        in_map("map.number = \"@.number\""),
        "mapping/element-without-each \"@\": `@.number` has no `each` around it | `$` is the record"
    );
    assert_eq!(
        in_map("when = \"\"\"\nlet a = 1;\nlet b = `\\u00e9`; record.id == itm\"\"\""),
        "mapping/script-syntax \"i\": the script does not compile: undefined variable: itm"
    );
    assert_eq!(
        in_map("[[entity.e.map.raw]]\neach = \"$.lines\"\nmap.a = \"@.a\""),
        "mapping/single-each \"\\\"$.lines\\\"\": `$.lines` has at most one hit | write \"$.lines[*]\" for the elements of a list"
    );
}

#[test]
fn arguments_of_transforms_are_checked() {
    assert!(
        in_map("map.number = { path = \"$.n\", transform = [{ fit = \"x\" }] }").contains("`{ fit = 100 }`")
    );
    assert!(in_map("map.number = { path = \"$.n\", transform = [{ trim = 1 }] }").contains("only its name"));
}

#[test]
fn settings_are_checked_and_their_values_are_not_shown() {
    let target = |options: &str| {
        let entity = "[entity.e]\nfrom = \"orders\"\nto = \"order\"\nmap.id = \"$.id\"\n";
        findings(&format!("[target.options]\n{options}\n{entity}"))
    };
    assert_eq!(target("path = \"c\""), Vec::<String>::new());
    assert_eq!(target("path = 7"), ["connection/setting \"7\": `path` must be a text, not a number"]);
    assert_eq!(
        target("paht = \"sk_live_1\""),
        ["connection/setting \"paht\": unknown key `paht` in `[target.options]` | did you mean `path`?"]
    );
}

#[test]
fn references_must_lead_to_one_kind_of_object() {
    let routes = "[entity.r]\nfrom = \"customers\"\nmap.id = \"$.id\"\n\
        [entity.r.route.a]\nto = \"order\"\nwhen = \"record.a\"\n[entity.r.route.b]\nto = \"line\"\notherwise = true\n";
    let refer = |to: &str| {
        let entity = "[entity.e]\nfrom = \"orders\"\nto = \"order\"\nmap.id = \"$.id\"\n";
        findings(&format!("{entity}map.customer_id = {{ ref = \"{to}\", key = \"$.c\" }}\n{routes}"))
    };
    assert_eq!(refer("r.a"), Vec::<String>::new());
    assert_eq!(
        refer("r.c"),
        ["mapping/unknown-reference \"\\\"r.c\\\"\" \"r\": `r` has no route `c` | there is `a`, `b`"]
    );
    assert_eq!(
        refer("r"),
        [
            "mapping/reference-without-route \"\\\"r\\\"\" \"r\": `r` has several target objects, and the reference \
          names no route | name one: `ref = \"r.a\"`"
        ]
    );
    assert_eq!(
        refer("rr"),
        ["mapping/unknown-reference \"\\\"rr\\\"\": there is no entity `rr` | there is `e`, `r`"]
    );
    assert!(in_map("key = [{ ref = \"e\", key = \"$.c\" }]").starts_with("entity/reference-in-key"));
}

#[test]
fn a_misspelt_name_is_mended_where_it_stands() {
    let fix = |line: &str| {
        let entity = format!("[entity.e]\nfrom = \"orders\"\nto = \"order\"\n{MAP}{line}");
        let (project, _) = crate::sample::project(&entity);
        let registry = crate::sample::registry();
        let (_, mut found) =
            crate::compile(&project, "p", &project.tenants[0], &registry, &crate::sample::catalogs());
        found.retain(|one| one.severity != engine_project::diag::Severity::Note);
        assert_eq!(found.len(), 1, "{found:#?}");
        let fix = found[0].fix.clone()?;
        let text = project.texts[&fix.place.file].text().to_owned();
        let (before, after) = (text.get(..fix.place.start).unwrap(), text.get(fix.place.end..).unwrap());
        let mended = format!("{before}{}{after}", fix.replacement);
        Some(mended.lines().last().unwrap().to_owned())
    };
    let cases = [
        ("map.nubmer = \"$.n\"", "map.number = \"$.n\""),
        ("source.cursor = \"modifed\"", "source.cursor = \"modified\""),
        (
            "map.number = { path = \"$.n\", transform = [\"trimm\"] }",
            "map.number = { path = \"$.n\", transform = [\"trim\"] }",
        ),
    ];
    for (line, mended) in cases {
        assert_eq!(fix(line).as_deref(), Some(mended));
    }
    assert_eq!(
        fix("map.number = { path = \"$.n\", transform = [{ trimm = 1 }] }"),
        None,
        "the place is a table"
    );
    let reference = "[entity.parent]\nfrom = \"customers\"\nmap.id = \"$.id\"\n[entity.parent.route.only]\n\
                     to = \"customer\"\notherwise = true\nmap.email = { ref = \"parnt.only\", key = \"$.c\" }";
    assert_eq!(fix(reference).as_deref(), Some("map.email = { ref = \"parent.only\", key = \"$.c\" }"));
}

#[test]
fn a_connection_stands_on_the_side_that_it_offers_something_for() {
    let turned = "[entity.e]\nfrom = \"orders\"\nto = \"order\"\nmap.id = \"$.id\"\n";
    let (mut project, _) = crate::sample::project(turned);
    let file = &mut project.pipelines[0];
    std::mem::swap(&mut file.source, &mut file.target);
    let (blueprint, found) = crate::compile(
        &project,
        "p",
        &project.tenants[0],
        &crate::sample::registry(),
        &crate::sample::catalogs(),
    );
    let codes: Vec<&str> = found.iter().map(|one| one.code.as_str()).collect();
    assert!(blueprint.is_none());
    assert_eq!(codes, ["connection/no-object", "connection/no-stream"]);
}

#[test]
fn what_could_do_nothing_is_refused() {
    assert_eq!(
        in_map("key = [{ path = \"$.id\", on = \"create\" }]"),
        "entity/on-in-key \"on\": `on` has no place in a key | a key is the same for creates and updates: remove it"
    );
    assert_eq!(
        in_map("needs = [\"e\"]"),
        "entity/cycle \"\\\"e\\\"\": `e` needs itself | a reference to the own entity needs no `needs`: remove it"
    );
}

#[test]
fn a_circle_names_every_edge() {
    let entity = |name: &str, to: &str, rest: &str| {
        format!("[entity.{name}]\nfrom = \"orders\"\nto = \"{to}\"\nmap.id = \"$.id\"\n{rest}\n")
    };
    let found = findings(&format!(
        "{}{}{}",
        entity("a", "order", "map.customer_id = { ref = \"b\", key = \"$.b\" }"),
        entity("b", "line", "needs = [\"c\"]"),
        entity("c", "customer", "map.email = { ref = \"a\", key = \"$.a\" }"),
    ));
    assert_eq!(
        found,
        [
            "entity/cycle \"\\\"b\\\"\" \"\\\"c\\\"\" \"\\\"a\\\"\": entities wait for each other: a -> b -> c -> a | drop one of these"
        ]
    );
    let own = entity("a", "order", "map.customer_id = { ref = \"a\", key = \"$.parent\" }");
    assert_eq!(findings(&own), Vec::<String>::new(), "an entity may refer to itself");
}
