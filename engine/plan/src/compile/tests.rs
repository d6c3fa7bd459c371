use crate::{Blueprint, Program, sample::blueprint};

const REST: &str = "to = \"t\"\nmap.id = \"$.id\"\n";

fn entity(name: &str, lines: &str) -> String {
    format!("[entity.{name}]\n{REST}{lines}\n")
}

fn refer(to: &str) -> String {
    format!("map.r_{to} = {{ ref = \"{to}\", key = \"$.r\" }}\n")
}

fn order(plan: &Blueprint) -> Vec<&str> {
    plan.entities.iter().map(|entity| entity.name.as_str()).collect()
}

/// `name(members)<after` of each group.
fn groups(plan: &Blueprint) -> Vec<String> {
    let name = |index: &usize| plan.entities[*index].name.clone();
    let after = |index: &usize| plan.groups[*index].name.clone();
    plan.groups
        .iter()
        .map(|group| {
            let members: Vec<String> = group.entities.iter().map(name).collect();
            let after: Vec<String> = group.after.iter().map(after).collect();
            format!("{}({})<{}", group.name, members.join(" "), after.join(" "))
        })
        .collect()
}

#[test]
fn parents_come_first_and_the_order_of_the_file_decides_the_rest() {
    let plan = blueprint(
        &[
            entity("z", "from = \"a\""),
            entity("order", &format!("from = \"a\"\nneeds = [\"item\"]\n{}", refer("customer"))),
            entity("customer", "from = \"b\""),
            entity("item", "from = \"c\""),
            entity("b", "from = \"a\""),
        ]
        .concat(),
    );
    assert_eq!(order(&plan), ["z", "customer", "item", "order", "b"]);
    assert_eq!(plan.entities[3].parents, ["customer"]);
    assert_eq!(groups(&plan), ["customer(customer)<", "item(item)<", "z(z order b)<customer item"]);
}

#[test]
fn equal_reads_are_shared_and_different_ones_are_not() {
    let plan = blueprint(
        &[
            entity("a", "from = \"s\"\nsource.cursor = \"m\""),
            entity("b", &format!("from = \"s\"\nsource.cursor = \"m\"\n{}", refer("a"))),
            entity("c", "from = \"s\""),
            entity("d", "from = \"s\"\nsource.cursor = \"m\"\nsource.status = \"x\""),
        ]
        .concat(),
    );
    assert_eq!(groups(&plan), ["a(a b)<", "c(c)<", "d(d)<"]);
}

#[test]
fn sharing_never_makes_a_group_wait_for_itself() {
    // b needs x, and x needs a: reading a and b together would wait for x, which waits for a.
    let plan = blueprint(
        &[
            entity("a", "from = \"s\""),
            entity("x", &format!("from = \"other\"\n{}", refer("a"))),
            entity("b", &format!("from = \"s\"\n{}", refer("x"))),
        ]
        .concat(),
    );
    assert_eq!(groups(&plan), ["a(a)<", "x(x)<a", "b(b)<x"]);
    // No entity lies between two of one group, but the groups would wait for each other.
    let crossed = blueprint(
        &[
            entity("a", "from = \"s\""),
            entity("b", "from = \"t\""),
            entity("c", &format!("from = \"s\"\n{}", refer("b"))),
            entity("d", &format!("from = \"t\"\n{}", refer("a"))),
        ]
        .concat(),
    );
    assert_eq!(groups(&crossed), ["b(b)<", "a(a c)<b", "d(d)<a"]);
}

fn rich(amount: &str) -> String {
    format!(
        "[lookup.l]\nvalues = {{ a = 1.50, b = \"x\" }}\ndefault = 100.0\n\
         [entity.p]\nfrom = \"s\"\nto = \"t\"\nmap.id = \"$.id\"\n\
         [entity.o]\nfrom = \"s\"\nwhen = \"record.id != ()\"\nkey = [\"$.e\", \"$.c\"]\n\
         each = \"$.l[?@.n > 1]\"\neach_key = \"@.id\"\nsource = {{ cursor = \"m\", filter = {{ status = [\"x\"] }} }}\n\
         map.a = {{ path = [\"$.a\", \"@.l[*].x\"], transform = [\"trim\", {{ fit = 3 }}, {{ null_if = [\"\", 0] }}], lookup = \"l\", default = {amount} }}\n\
         [entity.o.route.r]\nto = \"u\"\nwhen = \"item.x == 1\"\nmap.p = {{ ref = \"p\", key = \"$.p\", hold_for = \"2h\", on = \"create\" }}\n\
         [entity.o.route.s]\nto = \"v\"\notherwise = true\n[[entity.o.route.s.map.L]]\neach = \"@.x[*]\"\nwhen = \"true\"\nmap.c = {{ const = 1.50 }}\n"
    )
}

#[test]
fn a_blueprint_survives_being_stored() {
    let plan = blueprint(&rich("1.0"));
    let stored = serde_json::to_string(&plan).unwrap();
    let read: Blueprint = serde_json::from_str(&stored).unwrap();
    assert_eq!(read, plan);
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    assert!(Program::build(&read).is_ok());
}

#[test]
fn fingerprints_change_exactly_with_what_they_cover() {
    let plan = blueprint(&rich("1.0"));
    assert_eq!(blueprint(&rich("1.0")).fingerprint, plan.fingerprint);
    assert_eq!(plan.fingerprint.len(), 32);
    let hashes =
        |plan: &Blueprint| plan.entities.iter().map(|one| one.mapping_hash.clone()).collect::<Vec<_>>();

    let changed = blueprint(&rich("2.0"));
    assert_ne!(changed.fingerprint, plan.fingerprint);
    assert_eq!(hashes(&changed)[0], hashes(&plan)[0]);
    assert_ne!(hashes(&changed)[1], hashes(&plan)[1]);

    let moved = blueprint(&format!("\n# moved\n{}", rich("1.0")));
    assert_eq!(hashes(&moved), hashes(&plan), "moving lines changes no mapping");

    let lines = rich("1.0").replace("\"record.id != ()\"", "\"\"\"record.id\n != ()\"\"\"");
    let lower = blueprint(&format!("\n\n{lines}"));
    assert_eq!(hashes(&lower), hashes(&blueprint(&lines)), "nor does moving a script of several lines");

    let table = blueprint(&rich("1.0").replace("a = 1.50", "a = 1.51"));
    assert_ne!(hashes(&table)[1], hashes(&plan)[1], "a lookup is part of the mappings that use it");
    assert_eq!(hashes(&table)[0], hashes(&plan)[0]);
}

mod records {
    use crate::{Program, Resolved, Routed, sample};
    use engine_contract::{Op, Record, SourceRecord};
    use proptest::prelude::*;

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i64>().prop_map(|number| number.to_string()),
            (any::<i32>(), 0u8..40)
                .prop_map(|(number, zeros)| format!("{number}.{}", "0".repeat(zeros.into()) + "1")),
            "[a-z|\\\\ ]{0,6}".prop_map(|text| serde_json::Value::from(text).to_string()),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let name = prop::sample::select(vec!["id", "a", "e", "c", "l", "n", "x", "p"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec((name, inner), 0..6).prop_map(|members| {
                    let members: Vec<String> = members.iter().map(|(n, v)| format!("\"{n}\":{v}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_record_makes_a_program_panic(records in prop::collection::vec(json(), 40)) {
            let plan = sample::blueprint(&super::rich("1.0"));
            let program = Program::build(&plan).unwrap();
            for json in records {
                let record = Record::parse(json).unwrap();
                let source = SourceRecord { key: "k".to_owned(), modified: None, record, origin: String::new(), is_admitted: true };
                for index in 0..plan.entities.len() {
                    let entity = program.entity(index).unwrap();
                    for item in entity.items(&source) {
                        let known = sample::links(&[]);
                        let Ok(Routed::Mapped(mapped)) = entity.map(&item, None, &known) else { continue };
                        let Ok(Routed::Mapped(again)) = entity.map(&item, None, &known) else {
                            panic!("the same record was mapped before")
                        };
                        prop_assert_eq!(&mapped.fields, &again.fields);
                        if let Resolved::Failed(error) = mapped.resolve(&sample::links(&[]), Op::Create) {
                            prop_assert!(!error.message.is_empty());
                        }
                    }
                }
            }
        }
    }
}
