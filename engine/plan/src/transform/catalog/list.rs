//! Transforms of lists, and of any value.

use super::{Example, Group, NO_ARGUMENT, Shape, Spec, fails, schema, to};
use crate::transform::{
    Key, Order, Transform,
    parse::{Argument, Bad, Read},
};
use engine_contract::Value;
use serde_json::{Value as Json, json};

const ORDERS: [(&str, Order); 2] = [("ascending", Order::Ascending), ("descending", Order::Descending)];

const fn bare(
    name: &'static str,
    doc: &'static str,
    examples: &'static [Example],
    read: fn(&Argument<'_>) -> Read<Transform>,
) -> Spec {
    Spec { name, group: Group::Lists, doc, usage: NO_ARGUMENT, examples, shape: Shape::Bare, read }
}

pub(super) static FIRST: Spec = bare(
    "first",
    "The first element of a list; `null` when it has none.",
    &[to("\"first\"", "[7,8]", "7"), to("\"first\"", "[]", "null"), fails("\"first\"", "7")],
    |argument| argument.none(Transform::First),
);

pub(super) static LAST: Spec = bare(
    "last",
    "The last element of a list; `null` when it has none.",
    &[to("\"last\"", "[7,8]", "8")],
    |argument| argument.none(Transform::Last),
);

pub(super) static GET: Spec = Spec {
    usage: "the name of a member or the position of an element: `{ get = \"name\" }`, `{ get = 0 }`",
    shape: Shape::Needed(|| schema::either(&schema::text(), &schema::whole())),
    ..bare(
        "get",
        "A member of an object, or an element of a list, counted from 0, from -1 at the end; `null` when there \
         is none.",
        &[
            to(r#"{ get = "name" }"#, r#"{"id":4,"name":"Books"}"#, r#""Books""#),
            to("{ get = 1 }", r#"["a","b"]"#, r#""b""#),
            to("{ get = -3 }", r#"["a","b"]"#, "null"),
        ],
        |argument| match argument.json() {
            Json::String(name) => Ok(Transform::Get(Key::Member(name.clone()))),
            _ => argument.whole().map(|index| Transform::Get(Key::Index(index))),
        },
    )
};

pub(super) static JOIN: Spec = Spec {
    usage: "`{ join = \", \" }`",
    shape: Shape::Needed(schema::text),
    ..bare(
        "join",
        "The elements of a list as one text with a separator between them; `null` is left out.",
        &[
            to(r#"{ join = ", " }"#, r#"["red",null,3]"#, r#""red, 3""#),
            to(r#"{ join = ", " }"#, "[]", r#""""#),
            fails(r#"{ join = ", " }"#, "[{}]"),
        ],
        |argument| argument.text().map(Transform::Join),
    )
};

pub(super) static COUNT: Spec =
    bare("count", "How many elements a list has.", &[to("\"count\"", r#"["a",null]"#, "2")], |argument| {
        argument.none(Transform::Count)
    });

pub(super) static SUM: Spec = bare(
    "sum",
    "The exact sum of a list of numbers; `null` and empty texts count nothing.",
    &[
        to("\"sum\"", r#"["1.10",2,null]"#, "3.10"),
        to("\"sum\"", "[]", "0"),
        fails("\"sum\"", r#"["1","x"]"#),
    ],
    |argument| argument.none(Transform::Sum),
);

pub(super) static SORT: Spec = Spec {
    usage: "no argument, or `{ sort = \"descending\" }`",
    shape: Shape::Optional(|| schema::words(&ORDERS)),
    ..bare(
        "sort",
        "Sorts a list of numbers by their worth, or of texts by their characters; `null` goes to the end.",
        &[
            to("\"sort\"", "[10,9.5,null,2]", "[2,9.5,10,null]"),
            to(r#"{ sort = "descending" }"#, r#"["a","b"]"#, r#"["b","a"]"#),
            fails("\"sort\"", r#"[1,"1"]"#),
        ],
        |argument| {
            if argument.is_missing() {
                return Ok(Transform::Sort(Order::Ascending));
            }
            argument.word(&ORDERS).map(Transform::Sort)
        },
    )
};

pub(super) static UNIQUE: Spec = bare(
    "unique",
    "Keeps the first of equal elements; numbers are equal by their worth.",
    &[to("\"unique\"", r#"["b","a","b"]"#, r#"["b","a"]"#), to("\"unique\"", "[1,1.0]", "[1]")],
    |argument| argument.none(Transform::Unique),
);

pub(super) static FLATTEN: Spec = bare(
    "flatten",
    "Puts the elements of the lists in a list into one list, one level deep.",
    &[to("\"flatten\"", "[[1,2],[],3]", "[1,2,3]")],
    |argument| argument.none(Transform::Flatten),
);

pub(super) static NULL_IF: Spec = Spec {
    name: "null_if",
    group: Group::Others,
    doc: "Makes certain values `null`; numbers are equal by their worth.",
    usage: "`{ null_if = \"\" }` or a list of scalars",
    examples: &[
        to(r#"{ null_if = "" }"#, r#""""#, "null"),
        to(r#"{ null_if = [0, "n/a"] }"#, "0", "null"),
        to(r#"{ null_if = "" }"#, r#""x""#, r#""x""#),
    ],
    shape: Shape::Needed(|| {
        let list = json!({ "type": "array", "items": schema::scalar(), "minItems": 1 });
        schema::either(&schema::scalar(), &list)
    }),
    read: null_if,
};

fn null_if(argument: &Argument<'_>) -> Read<Transform> {
    let those = match argument.json() {
        Json::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let those: Vec<Value> = those.into_iter().map(Value::from).collect();
    let scalars = those.iter().all(|that| that.scalar_text().is_some());
    if scalars && !those.is_empty() { Ok(Transform::NullIf(those)) } else { Err(Bad::Form) }
}
