//! What the checks accept never fails in a way that they did not announce, and they point into the file.

use crate::{
    Catalogs, Program, Resolved, Routed, compile,
    sample::{links, project, registry, source},
};
use engine_contract::{Discovery, EntitySchema, Field, FieldType, Op, StreamInfo};
use engine_project::diag::{Code, Severity, code};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const KINDS: [FieldType; 7] = [
    FieldType::Text,
    FieldType::Integer,
    FieldType::Decimal,
    FieldType::Boolean,
    FieldType::Date,
    FieldType::Timestamp,
    FieldType::Any,
];

fn source_fields() -> Vec<Field> {
    let plain = KINDS.iter().enumerate().flat_map(|(index, kind)| {
        [
            Field::new(format!("s{index}"), *kind),
            Field { nullable: true, ..Field::new(format!("n{index}"), *kind) },
        ]
    });
    let words = vec!["open".to_owned(), "paid".to_owned()];
    let inner = vec![Field { max_length: Some(5), ..Field::new("text", FieldType::Text) }];
    plain
        .chain([
            Field { is_money: true, ..Field::new("money", FieldType::Text) },
            Field { one_of: words, ..Field::new("word", FieldType::Text) },
            Field { max_length: Some(12), ..Field::new("short", FieldType::Text) },
            Field { fields: inner.clone(), ..Field::new("object", FieldType::Object) },
            Field { fields: inner.clone(), nullable: true, ..Field::new("maybe", FieldType::Object) },
            Field { fields: inner, ..Field::new("list", FieldType::List) },
        ])
        .collect()
}

fn target_fields() -> Vec<Field> {
    let plain = KINDS.iter().enumerate().map(|(index, kind)| Field::new(format!("t{index}"), *kind));
    let words = vec!["open".to_owned(), "12".to_owned()];
    plain
        .chain([
            Field { max_length: Some(8), ..Field::new("short", FieldType::Text) },
            Field { one_of: words, ..Field::new("word", FieldType::Text) },
            Field::new("object", FieldType::Object),
            Field::new("list", FieldType::List),
            Field { required: true, ..Field::new("must", FieldType::Text) },
        ])
        .collect()
}

fn catalogs() -> Catalogs {
    let schema =
        |name: &str, fields| EntitySchema { name: name.to_owned(), fields, ..EntitySchema::default() };
    let stream = StreamInfo { name: "orders".to_owned(), ..StreamInfo::default() };
    let source = Discovery {
        streams: vec![stream],
        stream_schemas: vec![schema("orders", source_fields())],
        ..Discovery::default()
    };
    let target = Discovery { objects: vec![schema("order", target_fields())], ..Discovery::default() };
    Catalogs([("shop".to_owned(), source), ("books".to_owned(), target)].into())
}

/// A value that a field of the source may have.
fn value_of(field: &Field) -> BoxedStrategy<Json> {
    let texts = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(Json::from).boxed();
    let value = match field.kind {
        FieldType::Text if field.is_money => texts(&["12.50", "3", "-0.10"]),
        FieldType::Text if !field.one_of.is_empty() => {
            prop::sample::select(field.one_of.clone()).prop_map(Json::from).boxed()
        }
        FieldType::Text if field.max_length == Some(5) => texts(&["", "abc", "abcde"]),
        FieldType::Text if field.max_length.is_some() => texts(&["", "abc", "abcdefghijkl"]),
        FieldType::Text => texts(&["", "x", "12", "1.5", "true", "2026-01-31", "open", "a longer text"]),
        FieldType::Integer => (-5i64..500).prop_map(Json::from).boxed(),
        FieldType::Decimal => prop::sample::select(vec![json!(1.5), json!(2), json!(-0.25)]).boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Json::from).boxed(),
        FieldType::Date => texts(&["2026-01-31", "2024-02-29"]),
        FieldType::Timestamp => {
            texts(&["2026-01-31T10:00:00", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00+02:00"])
        }
        FieldType::Object => value_of(&field.fields[0]).prop_map(|text| json!({ "text": text })).boxed(),
        FieldType::List => prop::collection::vec(value_of(&field.fields[0]), 0..3)
            .prop_map(|texts| texts.into_iter().map(|text| json!({ "text": text })).collect::<Json>())
            .boxed(),
        FieldType::Json | FieldType::Any => Just(json!("anything")).boxed(),
    };
    if field.nullable { prop_oneof![3 => value, 1 => Just(Json::Null)].boxed() } else { value }
}

fn record() -> impl Strategy<Value = Json> {
    let members: Vec<_> = source_fields()
        .into_iter()
        .map(|field| value_of(&field).prop_map(move |value| (field.name.clone(), value)))
        .collect();
    members.prop_map(|members| Json::Object(members.into_iter().collect()))
}

/// Where a value comes from, and what else its rule says.
fn rule() -> impl Strategy<Value = String> {
    let fields = source_fields().into_iter().map(|field| field.name);
    let paths: Vec<String> = fields
        .chain(
            [
                "object.text",
                "maybe.text",
                "list[*].text",
                "list[0].text",
                "list[?@.text == 'abc'].text",
                "object.txt",
                "list.text",
            ]
            .map(str::to_owned),
        )
        .collect();
    let path = prop::sample::select(paths).prop_map(|path| format!("path = \"$.{path}\""));
    let constant = prop::sample::select(vec![
        "const = \"open\"",
        "const = 7",
        "const = true",
        "const = \"a text of some length\"",
    ]);
    let script = prop::sample::select(vec![
        "script = \"record.s1 + 1\"",
        "script = \"record.maybe?.text\"",
        "script = \"record.word == 'paid'\"",
    ]);
    let origin = prop_oneof![6 => path, 2 => constant.prop_map(str::to_owned), 1 => script.prop_map(|text| text.replace('\'', "\\\""))];
    let transforms = prop::sample::select(vec![
        "\"trim\"",
        "\"text\"",
        "\"integer\"",
        "\"decimal\"",
        "\"boolean\"",
        "\"date\"",
        "\"timestamp_utc\"",
        "{ fit = 4 }",
        "{ prefix = \"W\" }",
        "{ null_if = \"open\" }",
        "\"uppercase\"",
        "\"first\"",
    ]);
    let rest = prop::sample::select(vec![
        "",
        "",
        ", default = \"open\"",
        ", default = 5",
        ", required = true",
        ", lookup = \"words\"",
    ]);
    (origin, prop::collection::vec(transforms, 0..3), rest).prop_map(|(origin, transforms, rest)| {
        let transforms = if transforms.is_empty() {
            String::new()
        } else {
            format!(", transform = [{}]", transforms.join(", "))
        };
        format!("{{ {origin}{transforms}{rest} }}")
    })
}

/// The lines of a map: each field at most once, `must` always.
fn map() -> impl Strategy<Value = String> {
    let names: Vec<String> =
        target_fields().into_iter().map(|field| field.name).filter(|name| name != "must").collect();
    let lines = prop::sample::subsequence(names, 0..4).prop_flat_map(|names| {
        names
            .into_iter()
            .chain(["must".to_owned()])
            .map(|name| rule().prop_map(move |rule| format!("map.{name} = {rule}\n")))
            .collect::<Vec<_>>()
    });
    lines.prop_map(|lines| lines.concat())
}

/// Mistakes of a mapping or of the types on both sides.
const OF_TYPES: [Code; 6] = [
    code::VALUE_TYPE,
    code::VALUE_REQUIRED,
    code::VALUE_TOO_LONG,
    code::VALUE_NOT_ALLOWED,
    code::TRANSFORM_FAILED,
    code::LOOKUP_MISS,
];

/// Whether nothing is known of what such a mistake is about: the length or the words of a text, or anything at all.
fn is_unknown(mistake: Code, line: &str) -> bool {
    let plain =
        |name: &str| KINDS.iter().enumerate().any(|(kind, _)| line.contains(&format!("$.{name}{kind}")));
    let has_words = line.contains("$.word") || line.contains("const = \"");
    let nothing = line.contains("$.s6") || line.contains("$.n6");
    let is_free = plain("s") || plain("n") || line.contains("$.money") || line.contains("script");
    match mistake {
        code::VALUE_TOO_LONG => is_free,
        code::VALUE_NOT_ALLOWED | code::LOOKUP_MISS => !has_words,
        _ => nothing,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_fails_only_as_announced(map in map(), records in prop::collection::vec(record(), 1..6)) {
        let lookup = "[lookup.words]\nvalues = { open = \"12\", paid = \"open\" }\n";
        let tables = format!("[entity.e]\nfrom = \"orders\"\nto = \"order\"\nkey = [\"$.s1\"]\n{map}{lookup}");
        let (project, loaded) = project(&tables);
        prop_assert!(!loaded.has_errors(), "{loaded:?}");
        let (blueprint, found) = compile(&project, "p", &project.tenants[0], &registry(), &catalogs());
        for label in found.iter().flat_map(|one| &one.labels) {
            let text = project.texts[&label.place.file].text();
            prop_assert!(text.get(label.place.start..label.place.end).is_some(), "{label:?}");
        }
        let refused = found.iter().any(|one| one.severity == Severity::Error);
        prop_assert_eq!(blueprint.is_none(), refused);
        let Some(blueprint) = blueprint else { return Ok(()) };
        let program = Program::build(&blueprint).unwrap();
        let entity = program.entity_named("e").unwrap();
        for record in records {
            let item = entity.items(&source(&record.to_string())).remove(0);
            let failed = match entity.map(&item, None, &links(&[])) {
                Err(error) => Some(error),
                Ok(Routed::Mapped(mapped)) => match mapped.resolve(&links(&[]), Op::Create) {
                    Resolved::Failed(error) => Some(error),
                    _ => None,
                },
                Ok(_) => None,
            };
            let Some(error) = failed.filter(|error| OF_TYPES.contains(&error.code)) else { continue };
            let line = tables.lines().nth(error.place.line - 7).unwrap();
            let is_asked_for = error.code == code::VALUE_REQUIRED && line.contains("required = true");
            let is_unknown = is_unknown(error.code, line);
            let said = |one: &engine_project::diag::Diagnostic| {
                one.code == error.code && one.place().is_some_and(|place| place.line == error.place.line)
            };
            prop_assert!(is_asked_for || is_unknown || found.iter().any(said), "{} {}\n{line}\n{record}\n{found:#?}", error.code, error.message);
        }
    }
}
