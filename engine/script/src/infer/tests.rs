use super::*;
use crate::{Names, Script, types::Base};
use engine_contract::{Field, FieldType};

fn field(name: &str, kind: FieldType) -> Field {
    Field::new(name, kind)
}

/// An order: `note` and `shipping` may be missing, `total` is money as text.
fn order() -> Type {
    let city = field("city", FieldType::Text);
    let name = Field { max_length: Some(20), ..field("name", FieldType::Text) };
    let object = |name: &str, fields| Field { fields, ..field(name, FieldType::Object) };
    let fields = vec![
        field("id", FieldType::Integer),
        field("tax", FieldType::Decimal),
        Field { is_money: true, ..field("total", FieldType::Text) },
        Field { one_of: vec!["paid".into(), "open".into()], ..field("status", FieldType::Text) },
        Field { nullable: true, ..field("note", FieldType::Text) },
        object("billing", vec![name, city.clone()]),
        Field { nullable: true, ..object("shipping", vec![city]) },
        Field {
            fields: vec![field("qty", FieldType::Integer), field("sku", FieldType::Text)],
            ..field("lines", FieldType::List)
        },
        Field { element: Some(FieldType::Text), ..field("tags", FieldType::List) },
        field("extra", FieldType::Json),
    ];
    Type { fields, ..Type::of(Base::Object) }
}

fn infer_with(script: &str, libraries: &Libraries) -> Inference {
    let names = Names { has_item: true, has_vars: true, has_target: false };
    let record = order();
    let item = Type::of_field(&Field::new("", FieldType::Object));
    let vars = BTreeMap::from([("prefix".to_owned(), Type::of(Base::Text))]);
    let sights = Sights { record: &record, item: Some(&item), vars: &vars, target: None };
    Script::compile(script, names, libraries).unwrap().infer(&sights)
}

fn infer(script: &str) -> Inference {
    infer_with(script, &Libraries::default())
}

fn bases(script: &str) -> (Vec<Base>, bool) {
    let inference = infer(script);
    (inference.result.bases.into_iter().collect(), inference.result.nullable)
}

/// The findings of a script in words.
fn found(script: &str) -> Vec<String> {
    words(&infer(script))
}

fn words(inference: &Inference) -> Vec<String> {
    let word = |finding: &Finding| {
        let Finding { library, line, column, length, problem } = finding;
        let place = format!(
            "{}{line}:{column}+{length}",
            library.as_ref().map(|name| format!("{name} ")).unwrap_or_default()
        );
        match problem {
            Problem::UnknownField { of, name, known } => {
                format!("{place} {of} has no {name} of {}", known.len())
            }
            Problem::UnknownVar { name, known } => format!("{place} no var {name} of {known:?}"),
            Problem::NotOnNothing { of } => format!("{place} {of} may be missing"),
            Problem::NotAnObject { of, name, .. } => format!("{place} {of} is no object with {name}"),
            Problem::Incomparable { operator, .. } => format!("{place} {operator} compares text and number"),
        }
    };
    inference.findings.iter().map(word).collect()
}

#[test]
fn a_script_gives_what_its_last_expression_gives() {
    use Base::{Any, Boolean, Decimal, Integer, List, NumberText, Object, Text};
    let cases: &[(&str, &[Base], bool)] = &[
        ("record.id", &[Integer], false),
        ("record.id;", &[Integer], false),
        ("record.id + 1", &[Integer], false),
        ("record.id * record.tax", &[Decimal], false),
        ("record.total", &[NumberText], false),
        ("record.total.to_decimal() - 1", &[Decimal], false),
        ("record.total.trimmed()", &[NumberText], false),
        ("record.note", &[Text], true),
        ("record.note ?? \"\"", &[Text], false),
        ("record.shipping?.city", &[Text], true),
        ("record.shipping?.city ?? 1", &[Text, Integer], false),
        ("`${record.id}`", &[Text], false),
        ("record.billing", &[Object], false),
        ("record.lines", &[List], false),
        ("record.lines[0].qty", &[Integer], false),
        ("record.lines.map(|l| l.qty).sum()", &[Integer], false),
        ("record.lines.filter(|l| l.qty > 1).first()?.sku", &[Text], true),
        ("record.lines.map(|l| l.qty)[0]", &[Integer], false),
        ("record.tags.joined(\",\")", &[Text], false),
        ("record.id == 1 && record.tax > 2", &[Boolean], false),
        ("!(\"a\" in record.tags)", &[Boolean], false),
        ("if record.id > 1 { record.id } else { record.note }", &[Text, Integer], true),
        ("if record.id > 1 { record.id }", &[Integer], true),
        (
            "switch record.status { \"paid\" => 1, \"open\" => record.tax, _ => () }",
            &[Integer, Decimal],
            true,
        ),
        ("let x = record.id; x", &[Integer], false),
        ("let x = 1; if record.id > 1 { x = record.note; } x", &[Text, Integer], true),
        ("let x = 1; for l in record.lines { x = l.sku; } x", &[Any], true),
        ("let x = 0; record.lines.for_each(|l| x = l); x", &[Any], true),
        ("let a = [1]; a.push(\"x\"); a[0]", &[Any], true),
        ("if record.id > 1 { return record.id; } record.tax", &[Integer, Decimal], false),
        ("if record.id > 1 { throw \"no\"; } record.tax", &[Decimal], false),
        ("fn f(x) { x.qty } f(record.lines[0])", &[Integer], false),
        ("fn f(n) { if n > 0 { f(n - 1) } else { 1 } } f(3)", &[Integer, Any], true),
        ("divided(record.tax, 3, 2)", &[Decimal], false),
        ("exact_unit_price(record.tax, 3, 7)", &[Decimal], true),
        ("#{ a: record.id }.a", &[Integer], false),
        ("record.extra", &[Any], false),
        ("record.extra.deep", &[Any], true),
        ("()", &[], true),
        ("min(record.id, 3)", &[Any], true),
    ];
    for (script, expected, nullable) in cases {
        assert_eq!(bases(script), (expected.to_vec(), *nullable), "{script}");
    }
}

#[test]
fn lengths_and_choices_are_followed_where_they_are_known() {
    assert_eq!(infer("record.billing.name").result.max_length, Some(20));
    assert_eq!(infer("record.billing.name.trimmed()").result.max_length, Some(20));
    assert_eq!(infer("\"ab\" + record.billing.name").result.max_length, Some(22));
    assert_eq!(infer("`${record.billing.name}`").result.max_length, None);
    let choice = infer("switch record.id { 1 => \"one\", _ => \"other\" }").result.one_of.unwrap();
    assert_eq!(choice.into_iter().collect::<Vec<_>>(), ["one", "other"]);
    assert!(infer("record.total.to_decimal()").result.is_money || !order().is_money);
    assert!(infer("record.total.to_decimal().rounded(2)").result.is_money, "an exact step keeps money money");
}

#[test]
fn a_field_that_does_not_exist_is_found_at_its_place() {
    assert_eq!(found("record.biling.name"), ["1:8+6 record has no biling of 10"]);
    assert_eq!(found("let x = \"é\";\n  record.billing.nme"), ["2:18+3 record.billing has no nme of 2"]);
    assert_eq!(found("record.lines.map(|l| l.quantity)"), ["1:24+8 l has no quantity of 2"]);
    assert_eq!(found("record.lines[0].quantity"), ["1:17+8 record.lines[0] has no quantity of 2"]);
    assert_eq!(found("fn f(o) { o.nope } f(record)"), ["1:13+4 o has no nope of 10"]);
    assert_eq!(found("record.total > 0"), ["1:14+1 > compares text and number"]);
    assert_eq!(found("0 == record.total"), ["1:3+2 == compares text and number"]);
    assert_eq!(found("record.total.to_decimal() > 0 && record.id == 7"), Vec::<String>::new());
    assert_eq!(found("record.lines.sku"), ["1:14+3 record.lines is no object with sku"]);
    assert_eq!(found("record.id.nope"), ["1:11+4 record.id is no object with nope"]);
    assert_eq!(found("vars.prefx"), ["1:6+5 no var prefx of [\"prefix\"]"]);
    assert_eq!(found("`${record.nope}`"), ["1:11+4 record has no nope of 10"]);
    assert_eq!(
        found("if record.nope == 1 { record.nix }"),
        ["1:11+4 record has no nope of 10", "1:30+3 record has no nix of 10"]
    );
    assert_eq!(found("let p = record; [1].map(|x| p.nope)"), ["1:31+4 p has no nope of 10"]);
    assert!(found("record.extra.what.ever + item.any + vars.prefix").is_empty());
}

#[test]
fn a_member_of_what_may_be_missing_is_found() {
    assert_eq!(found("record.shipping.city"), ["1:17+4 record.shipping may be missing"]);
    assert_eq!(found("record.note.trimmed()"), ["1:13+7 record.note may be missing"]);
    for safe in [
        "record.shipping?.city",
        "record.note?.trimmed()",
        "record.note.is_empty()",
        "(record.note ?? \"\").trimmed()",
        "if record.shipping != () { record.shipping.city }",
        "if record.shipping == () { return 1; } record.shipping.city",
        "if record.shipping == () { 1 } else { record.shipping.city }",
        "record.shipping != () && record.shipping.city == \"x\"",
        "record.shipping == () || record.shipping.city == \"x\"",
        "!record.note.is_empty() && record.note.trimmed() == \"x\"",
        "let s = record.shipping; if s == () { throw \"x\"; } s.city",
        "if record.shipping?.city != () { record.shipping.city.trimmed() }",
        "for l in record.lines { if record.note == () { continue; } record.note.trimmed(); }",
    ] {
        assert!(found(safe).is_empty(), "{safe}: {:?}", found(safe));
    }
    let changed = "let s = record.shipping; if s != () { s = record.shipping; s.city }";
    assert_eq!(found(changed).len(), 1, "a new value is looked at anew");
    let inner =
        "if true { let s = record.shipping; if s == () { return 1; } } let s = record.shipping; s.city";
    assert_eq!(found(inner).len(), 1, "what is known of an inner variable ends with it");
}

#[test]
fn libraries_are_followed_with_the_types_of_the_arguments() {
    let library = "fn total(order) {\n  order.totl.to_decimal()\n}\nfn loop_(n) { loop_(n) }\nfn note(o) { o.note?.trimmed() }";
    let libraries = Libraries::compile(&[("shop", library)]).unwrap();
    let inference = infer_with("shop::total(record)", &libraries);
    assert_eq!(words(&inference), ["shop 2:9+4 order has no totl of 10"]);
    assert!(inference.result.is_only(&[Base::Decimal]));
    assert!(infer_with("shop::loop_(1)", &libraries).result.is_any());
    let note = infer_with("shop::note(record)", &libraries);
    assert!(note.findings.is_empty() && note.result.nullable && note.result.is_only(&[Base::Text]));
}

#[test]
fn the_library_of_the_reference_project_is_right_for_a_shop() {
    let libraries = Libraries::compile(&[("woo", include_str!("../../tests/woo.rhai"))]).unwrap();
    let text = |name: &str| field(name, FieldType::Text);
    let billing = Field {
        fields: ["first_name", "last_name", "company", "email"].map(text).to_vec(),
        ..field("billing", FieldType::Object)
    };
    let record = Type { fields: vec![billing, text("currency")], ..Type::of(Base::Object) };
    let vars = BTreeMap::new();
    let sights = Sights { record: &record, item: None, vars: &vars, target: None };
    let infer = |script| Script::compile(script, Names::default(), &libraries).unwrap().infer(&sights);
    let name = infer("woo::display_name(record)");
    assert!(name.findings.is_empty() && name.result == Type::of(Base::Text), "{name:?}");
    let key = infer("woo::customer_key(record)");
    assert!(key.findings.is_empty() && key.result == Type::list(Type::of(Base::Text)), "{key:?}");
    assert_eq!(words(&infer("woo::variation_name(record)")), ["woo 13:7+4 v has no name of 2"]);
}

#[test]
fn inference_ends_on_every_script() {
    let calls = (0..40)
        .map(|n| format!("fn f{n}(x) {{ f{}(x) + f{}(x) }}", n + 1, n + 1))
        .collect::<Vec<_>>()
        .join(" ");
    let script = format!("{calls} fn f40(x) {{ x }} f0(record)");
    assert!(infer(&script).findings.is_empty());
    let nested = "[1].map(|a| [1].map(|b| [1].map(|c| [1].map(|d| [1].map(|e| e)))))";
    assert!(infer(nested).result.is_only(&[Base::List]));
}
