//! What inference says is true: random records that conform to random schemas, through many scripts.

use crate::{
    Inputs, Libraries, Names, Problem, Script, Sights,
    types::{Base, Type},
};
use engine_contract::{Field, FieldType, Map, Record, Value};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::LazyLock};

const LIBRARY: &str = "fn name(o) { let n = `${o.t}`.trimmed(); if n == \"\" { n = o.o?.t; } n }
    fn half(n) { divided(n, 2, 2) }
    fn pick(l, n) { if l.is_empty() { return n; } l[0].i }
    fn deep(n) { if n > 3 { n } else { deep(n + 1) } }
    fn key(o) { [o.t, o.e] }
    fn parts(o) { #{ a: o.i, b: o.t, c: o.l, d: o.s, e: o.day, f: #{ g: o.o } } }";

const SCRIPTS: &[&str] = &[
    "record.t",
    "record.n",
    "record.i;",
    "record.o",
    "record.l",
    "record.x",
    "record",
    "record.day",
    "record.time",
    "record.o?.t",
    "record.o?.i ?? record.d",
    "record.o.p.t",
    "record[\"t\"]",
    "record.l[0]",
    "record.l[0].t",
    "record.s[0]",
    "record.i + record.i",
    "record.i + record.d",
    "record.d * record.d",
    "record.d - record.i",
    "record.t + record.i",
    "record.i + record.t",
    "record.i + record.x",
    "-record.i",
    "-record.d",
    "record.i / 1",
    "record.d / 2",
    "record.i % 3",
    "record.i ** 2",
    "record.n.to_decimal() + record.i",
    "record.n.trimmed()",
    "record.e.trimmed()",
    "record.t.lowered()",
    "record.t.sub_text(1, 2)",
    "`${record.t}-${record.i}`",
    "record.i == record.d",
    "record.t in record.s",
    "record.b && record.i > 1",
    "!record.b",
    "if record.b { record.i } else { record.t }",
    "if record.i > 3 { record.o }",
    "if record.o == () { return 1; } record.o.t",
    "if record.o != () && record.o.t != \"\" { record.o.t } else { record.l }",
    "switch record.e { \"paid\" => 1, \"open\" => record.d, _ => record.t }",
    "switch record.i { 0..5 => \"low\", _ => record.x }",
    "record.l.map(|l| l.i)",
    "record.l.map(|l, n| n)",
    "record.l.map(|l| if l.i > 3 { l.t })",
    "record.l.filter(|l| l.i > 2).map(|l| l.t)",
    "record.l.map(|l| l.d).sum()",
    "record.l.map(|l| l.i).sum()",
    "record.l.find(|l| l.i > 5)?.t",
    "record.l.first()",
    "record.s.last()",
    "record.s.sorted()",
    "record.s.unique().joined(\",\")",
    "record.s.reversed()[0]",
    "record.s.chunked(2)",
    "record.l.chunked(2)[0][0].t",
    "record.l.flattened()",
    "[record.l, [1]].flattened()",
    "record.l.map(|l| l.i).largest()",
    "record.l.sorted(|l| l.i).first()",
    "record.l.index_of(|l| l.i > 3)",
    "record.t.split_by(\"a\")[0]",
    "record.t.words().first()",
    "record.s + [record.i]",
    "[record.i, record.t]",
    "[[record.i], []]",
    "let x = record.i; x += 1; x",
    "let x = record.t; x += record.i; x",
    "let x = 1; if record.b { x = record.t; } x",
    "let x = (); for l in record.l { x = l.t; } x",
    "let n = 0; for l in record.l { n += l.i; } n",
    "let n = 0; for i in 0..3 { n = i; } n",
    "let a = []; for l in record.l { a.push(l.i); } a",
    "let a = [1]; a.push(record.t); a",
    "let a = record.s; push(a, 1); a[a.len - 1]",
    "let x = 1; record.l.for_each(|l| x = l); x",
    "let x = 1; let f = |v| { x = v; }; f.call(record.t); x",
    "let f = |v| v.i; record.l.map(f)",
    "let m = #{ a: record.i, b: record.t }; m.b",
    "let m = #{ a: 1 }; m.a = record.t; m.a",
    "let m = #{ a: 1 }; m.b = record.t; m",
    "#{ a: record.o, b: record.l, c: record.s, d: () }",
    "#{ a: 1 } + #{ b: record.t }",
    "let m = #{ trimmed: || 5 }; m.trimmed()",
    "let m = #{ length: || this.z = 1, z: \"a\" }; m.length(); m.z",
    "try { record.o.t } catch { 1 }",
    "let x = 1; try { x = record.t; throw 1; } catch { } x",
    "let x = loop { break record.t; }; x",
    "let x = 1; while x < 5 { x += record.i.abs() + 1; } x",
    "let x = 1; do { x = record.t; } while false; x",
    "fn f() { this } record.t.f()",
    "fn f() { this = 5; } let x = record.t; x.f(); x",
    "fn trimmed() { this = 5; 7 } let x = record.t; x.trimmed(); x",
    "fn f(x) { if x == () { return 1; } x } f(record.o)",
    "fn f(x) { x = 2; x } let y = record.t; f(y); y",
    "let t = record.t; { let t = record.i; } t",
    "let x = record.o; if x == () { x = #{ t: 1 }; } x.t",
    "let o = record.o; let q = o?.t; q ?? o",
    "record.o ?? record.l ?? 5",
    "record.t ?? { let z = 1; z }",
    "let x = record.b || { return 5 }; x",
    "date_of(record.day)",
    "record.day.add_days(3)",
    "date_of(record.time)",
    "lib::name(record)",
    "lib::half(record.d)",
    "lib::half(record.i)",
    "lib::pick(record.l, record.t)",
    "lib::deep(record.i)",
    "lib::key(record)",
    "lib::parts(record)",
    "lib::parts(record).f.g",
    "vars.v",
    "vars.v + 1",
    "vars",
    "target?.t",
    "item.t",
    "exact_unit_price(record.d, record.i, 7)",
    "record.d.rounded(1)",
    "record.i.abs()",
    "min(record.i, record.d)",
    "record.t.length()",
    "record.t[0]",
    "record.t.to_chars()",
    "'a' + record.t",
    "record.s.map(|s| s.trimmed())",
    "record.l.map(|l| #{ q: l.i, w: l.t })",
    "record.l.map(|l| [l.i])[0]",
    "record.l.reduce(|s, l| s + l.i, 0)",
    "record.l.zip(record.s, |l, s| l.i)",
    "record.s.get(0)",
    "let s = record.s; s.remove(0)",
    "let s = record.s; s.clear(); s",
    "let s = record.s; s[0] = 5; s[0]",
    "record.l.map(|| this.i)",
    "type_of(record.t)",
    "record.l.len",
    "record.t.len",
    "record.i.is_odd",
    "let x = record.t; x.pad(30, \"x\"); x",
    "let v = vars; v.v",
    "let r = record; r.o?.t",
];

static COMPILED: LazyLock<Vec<(&str, Script)>> = LazyLock::new(|| {
    let libraries = Libraries::compile(&[("lib", LIBRARY)]).unwrap();
    let names = Names { has_item: true, has_vars: true, has_target: true };
    let compile = |script: &&'static str| (*script, Script::compile(script, names, &libraries).unwrap());
    SCRIPTS.iter().map(compile).collect()
});

fn plain(name: &str, kind: FieldType) -> impl Strategy<Value = Field> {
    let name = name.to_owned();
    (any::<bool>(), prop::option::of(3..12_usize)).prop_map(move |(nullable, max_length)| {
        let max_length = max_length.filter(|_| kind == FieldType::Text);
        Field { nullable, max_length, ..Field::new(name.clone(), kind) }
    })
}

fn with_fields(
    name: &'static str,
    kind: FieldType,
    inner: Vec<BoxedStrategy<Field>>,
) -> BoxedStrategy<Field> {
    let parts = (plain(name, kind), inner, any::<bool>());
    parts.prop_map(|(field, fields, is_open)| Field { fields, is_open, ..field }).boxed()
}

fn schema() -> impl Strategy<Value = Vec<Field>> {
    let leaf = |name, kind| plain(name, kind).boxed();
    let line = vec![leaf("i", FieldType::Integer), leaf("t", FieldType::Text), leaf("d", FieldType::Decimal)];
    let parent = with_fields("p", FieldType::Object, vec![leaf("t", FieldType::Text)]);
    vec![
        leaf("t", FieldType::Text),
        plain("n", FieldType::Text)
            .prop_map(|field| Field { is_money: true, max_length: None, ..field })
            .boxed(),
        leaf("i", FieldType::Integer),
        leaf("d", FieldType::Decimal),
        leaf("b", FieldType::Boolean),
        leaf("day", FieldType::Date),
        leaf("time", FieldType::Timestamp),
        plain("e", FieldType::Text)
            .prop_map(|field| Field { one_of: vec!["paid".into(), "open".into()], max_length: None, ..field })
            .boxed(),
        leaf("x", FieldType::Json),
        with_fields(
            "o",
            FieldType::Object,
            vec![leaf("t", FieldType::Text), leaf("i", FieldType::Integer), parent],
        ),
        with_fields("l", FieldType::List, line),
        plain("s", FieldType::List)
            .prop_map(|field| Field { element: Some(FieldType::Text), ..field })
            .boxed(),
    ]
}

fn value(field: &Field) -> BoxedStrategy<Value> {
    let some = present(field);
    if field.nullable { prop_oneof![1 => Just(Value::Null), 3 => some].boxed() } else { some }
}

fn present(field: &Field) -> BoxedStrategy<Value> {
    let most = field.max_length.unwrap_or(12);
    match field.kind {
        FieldType::Text if !field.one_of.is_empty() => {
            prop::sample::select(field.one_of.clone()).prop_map(Value::from).boxed()
        }
        FieldType::Text if field.is_money => {
            let amount = (0..9999_i64).prop_map(|n| Value::Text(format!("{n}.50")));
            // An amount is an empty text only where there may be none.
            if field.nullable { prop_oneof![Just(Value::from("")), amount].boxed() } else { amount.boxed() }
        }
        FieldType::Text => {
            "[ aAbßİ1.,]{0,12}".prop_map(move |text| Value::Text(text.chars().take(most).collect())).boxed()
        }
        FieldType::Integer => prop_oneof![-9..9_i64, any::<i64>()].prop_map(Value::Int).boxed(),
        FieldType::Decimal => prop_oneof![
            (-9..9_i64).prop_map(Value::Int),
            (any::<i32>(), 1..6_u32)
                .prop_map(|(n, scale)| Value::Decimal(rust_decimal::Decimal::new(n.into(), scale)))
        ]
        .boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldType::Date => {
            prop_oneof![Just("2026-01-31"), Just("2024-02-29"), Just("")].prop_map(Value::from).boxed()
        }
        FieldType::Timestamp => prop_oneof![Just("2026-01-31T10:00:00Z"), Just("2026-01-31T10:00:00")]
            .prop_map(Value::from)
            .boxed(),
        FieldType::Object => object(field.fields.clone(), field.is_open),
        FieldType::List if field.fields.is_empty() => {
            prop::collection::vec(value(&Field::new("", FieldType::Text)), 0..4).prop_map(Value::List).boxed()
        }
        FieldType::List => prop::collection::vec(object(field.fields.clone(), field.is_open), 0..4)
            .prop_map(Value::List)
            .boxed(),
        FieldType::Json | FieldType::Any => {
            prop_oneof![Just(Value::Int(3)), Just(Value::from("x")), Just(Value::List(vec![Value::Null]))]
                .boxed()
        }
    }
}

fn object(fields: Vec<Field>, is_open: bool) -> BoxedStrategy<Value> {
    let values: Vec<_> = fields.iter().map(value).collect();
    let parts = (values, any::<bool>(), any::<bool>());
    parts
        .prop_map(move |(values, leaves_out, adds)| {
            let named = fields.iter().zip(values);
            let kept = named.filter(|(field, value)| !(leaves_out && field.nullable && value.is_null()));
            let mut map: Map = kept.map(|(field, value)| (field.name.clone(), value)).collect();
            if adds && is_open {
                map.insert("more".to_owned(), Value::from("more"));
            }
            Value::Map(map)
        })
        .boxed()
}

fn case() -> impl Strategy<Value = (Vec<Field>, Value)> {
    schema().prop_flat_map(|fields| {
        let record = object(fields.clone(), false);
        (Just(fields), record)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_a_script_gives_is_what_inference_allows((fields, record) in case()) {
        let seen = Type { fields, ..Type::of(Base::Object) };
        let vars = BTreeMap::from([("v".to_owned(), Type::of(Base::Integer))]);
        prop_assert!(seen.allows(&record), "the record does not conform: {}", record.to_json());
        let sights = Sights { record: &seen, item: Some(&seen), vars: &vars, target: None };
        let data = Record::from_value(&record);
        let given_vars = Map::from_iter([("v".to_owned(), Value::Int(4))]);
        for (script, compiled) in &*COMPILED {
            let inference = compiled.infer(&sights);
            let wrong = inference.findings.iter().find(|one| !matches!(one.problem, Problem::NotOnNothing { .. }));
            prop_assert!(wrong.is_none(), "{script}: {wrong:?}");
            let inputs = Inputs { record: &data, item: Some(&data), vars: Some(&given_vars), target: None };
            if let Ok(value) = compiled.eval(inputs) {
                prop_assert!(inference.result.allows(&value), "{script}: {} is not of {:?}", value.to_json(), inference.result);
            }
        }
    }
}

/// The property would hold of scripts that always fail, so none does.
#[test]
fn each_script_of_the_property_gives_a_value() {
    let record = Record::parse(
        r#"{"t":" a b","n":"1.50","i":4,"d":2.50,"b":true,"day":"2026-01-31","time":"2026-01-31T10:00:00Z","e":"paid",
        "x":3,"o":{"t":"q","i":1,"p":{"t":"w"}},"l":[{"i":6,"t":"l","d":1.5},{"i":1,"t":"m","d":2}],"s":["u","v","u"]}"#,
    )
    .unwrap();
    let vars = Map::from_iter([("v".to_owned(), Value::Int(4))]);
    let mut failed = Vec::new();
    for (script, compiled) in &*COMPILED {
        let inputs = Inputs { record: &record, item: Some(&record), vars: Some(&vars), target: None };
        if let Err(error) = compiled.eval(inputs) {
            failed.push(format!("{script}: {error}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
