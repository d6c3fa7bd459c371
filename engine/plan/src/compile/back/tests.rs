use crate::{
    Blueprint, Catalogs, Program, Resolved, Routed,
    sample::{Known, source, with},
};
use engine_contract::{Discovery, EntitySchema, Field, FieldType, Map, Op, StreamInfo, Value};
use proptest::prelude::*;
use rust_decimal::Decimal;

const TABLES: &str = r#"
[lookup.state]
values = { open = "O", paid = "P", gone = "G" }

[entity.e]
from = "people"
to = "Person"
direction = "two_way"
map.Name = "$.name"
map.City = { path = "$.address.city", transform = ["trim", { fit = 40 }] }
map.Price = { path = "$.price", transform = ["decimal"] }
map.Debt = { path = "$.credit", transform = ["negate"] }
map.Active = "$.active"
map.Count = { path = "$.count", transform = ["integer"] }
map.State = { path = "$.state", lookup = "state" }
map.Phones.Main = "$.phone"
map.Given = { path = ["$.name", "$.phone"] }
map.Kind = { const = "person" }
map_back.nick = { path = "$.Given", transform = ["uppercase"] }
"#;

fn object(name: &str, fields: Vec<Field>) -> EntitySchema {
    EntitySchema { name: name.to_owned(), fields, ..EntitySchema::default() }
}

fn stream(name: &str) -> StreamInfo {
    StreamInfo { name: name.to_owned(), ..StreamInfo::default() }
}

fn catalogs() -> Catalogs {
    let text = |name: &str| Field::new(name, FieldType::Text);
    let nested = |name: &str, fields| Field { fields, ..Field::new(name, FieldType::Object) };
    let people = object(
        "people",
        vec![
            text("name"),
            nested("address", vec![text("city")]),
            text("price"),
            Field::new("credit", FieldType::Decimal),
            Field::new("active", FieldType::Boolean),
            text("count"),
            text("state"),
            text("phone"),
            text("nick"),
        ],
    );
    let person = object(
        "Person",
        vec![
            text("Name"),
            Field { max_length: Some(40), ..text("City") },
            Field::new("Price", FieldType::Decimal),
            Field::new("Debt", FieldType::Decimal),
            Field::new("Active", FieldType::Boolean),
            Field::new("Count", FieldType::Integer),
            text("State"),
            nested("Phones", vec![text("Main")]),
            text("Given"),
            text("Kind"),
        ],
    );
    let side = |stream_name: &str, schema: EntitySchema| Discovery {
        streams: vec![stream(stream_name)],
        stream_schemas: vec![schema.clone()],
        objects: vec![schema],
    };
    Catalogs(
        [("shop".to_owned(), side("people", people)), ("books".to_owned(), side("Person", person))].into(),
    )
}

/// What an entity makes of a record.
fn mapped(blueprint: &Blueprint, entity: &str, record: &Map) -> Map {
    let program = Program::build(blueprint).unwrap();
    let entity = program.entity_named(entity).unwrap();
    let item = entity.items(&source(&Value::Map(record.clone()).to_json())).remove(0);
    let known = Known::default();
    match entity.map(&item, None, &known).unwrap() {
        Routed::Mapped(mapped) => match mapped.resolve(&known, Op::Update) {
            Resolved::Ready(fields) => fields,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn money() -> impl Strategy<Value = Value> {
    (-10_000_000i64..10_000_000, 0u32..=6)
        .prop_map(|(digits, scale)| Value::Decimal(Decimal::new(digits, scale)))
}

fn maybe<S: Strategy<Value = Value>>(value: S) -> impl Strategy<Value = Value> {
    prop_oneof![4 => value, 1 => Just(Value::Null)]
}

fn words() -> impl Strategy<Value = Value> {
    "\\PC{0,20}".prop_map(Value::Text)
}

/// What people may put into an object of the target.
fn any_person() -> impl Strategy<Value = Map> {
    let state = prop::sample::select(vec!["O", "P", "G"]).prop_map(Value::from);
    (
        maybe(words()),
        maybe("\\PC{0,40}".prop_map(Value::Text)),
        maybe(money()),
        maybe(money()),
        maybe(any::<bool>().prop_map(Value::Bool)),
        maybe((-1_000_000i64..1_000_000).prop_map(Value::Int)),
        maybe(state),
        maybe(words()),
    )
        .prop_map(|(name, city, price, debt, active, count, state, phone)| {
            let phones = Map::from_iter([("Main".to_owned(), phone)]);
            let fields = [
                ("Name", name),
                ("City", city),
                ("Price", price),
                ("Debt", debt),
                ("Active", active),
                ("Count", count),
                ("State", state),
                ("Phones", Value::Map(phones)),
            ];
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        })
}

/// A value as both sides count it: spaces around a text are none, and numbers have no trailing zeros.
fn canon(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.trim().to_owned()),
        Value::Decimal(number) => Value::Text(number.normalize().to_string()),
        Value::Int(number) => Value::Text(number.to_string()),
        Value::Map(members) => {
            Value::Map(members.iter().map(|(name, member)| (name.clone(), canon(member))).collect())
        }
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What comes back is, mapped again, what was in the target: no change of a person is lost on the way, and none becomes
    /// another.
    #[test]
    fn rules_that_run_backwards_lose_nothing(person in any_person()) {
        let blueprint = with(TABLES, &catalogs());
        let back = blueprint.back.as_deref().unwrap();
        let record = mapped(back, "e.back", &person);
        let again = mapped(&blueprint, "e", &record);
        for (name, value) in &person {
            prop_assert_eq!(canon(again.get(name).unwrap()), canon(value), "{} of {:?}", name, record);
        }
        // And back once more it is the same record.
        let round = mapped(back, "e.back", &again);
        for name in record.keys().filter(|name| *name != "nick") {
            prop_assert_eq!(canon(&round[name]), canon(&record[name]), "{}", name);
        }
    }
}

#[test]
fn the_way_back_says_what_it_reads_and_leaves_the_rest() {
    let blueprint = with(TABLES, &catalogs());
    let back = &blueprint.back.as_deref().unwrap().entities[0];
    let of = back.back.as_ref().unwrap();
    assert_eq!((back.name.as_str(), of.of.as_str(), of.creates), ("e.back", "e", true));
    let reads: Vec<String> =
        of.reads.iter().map(|(name, read)| format!("{name} <- {}", read.join(", "))).collect();
    assert_eq!(
        reads,
        [
            "nick <- Given",
            "name <- Name",
            "address.city <- City",
            "price <- Price",
            "credit <- Debt",
            "active <- Active",
            "count <- Count",
            "state <- State",
            "phone <- Phones.Main",
        ]
    );
    assert!(of.carries("Phones.Main") && !of.carries("Kind"));
}
