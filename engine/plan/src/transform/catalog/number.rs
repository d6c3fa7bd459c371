//! Transforms of numbers and booleans. All are exact but those that say how they round.

use super::{Example, Group, NO_ARGUMENT, Shape, Spec, fails, schema, to};
use crate::transform::{
    Mode, Transform,
    parse::{Argument, Bad, Read},
    rounding,
};
use serde_json::Value as Json;

const fn bare(
    name: &'static str,
    doc: &'static str,
    examples: &'static [Example],
    read: fn(&Argument<'_>) -> Read<Transform>,
) -> Spec {
    Spec { name, group: Group::Numbers, doc, usage: NO_ARGUMENT, examples, shape: Shape::Bare, read }
}

pub(super) static INTEGER: Spec = bare(
    "integer",
    "A whole number.",
    &[
        to("\"integer\"", r#""42""#, "42"),
        to("\"integer\"", "42.0", "42"),
        fails("\"integer\"", r#""4.5""#),
        to("\"integer\"", r#""""#, "null"),
    ],
    |argument| argument.none(Transform::Integer),
);

pub(super) static DECIMAL: Spec = bare(
    "decimal",
    "An exact number; zeros at the end stay.",
    &[
        to("\"decimal\"", r#""10.00""#, "10.00"),
        fails("\"decimal\"", r#""1,50""#),
        to("\"decimal\"", r#""""#, "null"),
    ],
    |argument| argument.none(Transform::Decimal),
);

pub(super) static BOOLEAN: Spec = bare(
    "boolean",
    "True or false, from `true false yes no 1 0` in small or capital letters.",
    &[
        to("\"boolean\"", r#""Yes""#, "true"),
        to("\"boolean\"", "0", "false"),
        fails("\"boolean\"", r#""maybe""#),
        to("\"boolean\"", r#""""#, "null"),
    ],
    |argument| argument.none(Transform::Boolean),
);

fn rounding_table() -> Json {
    schema::table(&[("places", schema::places()), ("mode", schema::words(&Mode::ALL))], &["places"])
}

pub(super) static ROUND: Spec = Spec {
    name: "round",
    group: Group::Numbers,
    doc: "Rounds to at most so many digits after the point, by `mode`: `half_up` (halves away from zero, the \
          default), `half_even`, `half_down` (halves toward zero), `up` (away from zero), `down` (toward \
          zero), `ceiling` or `floor`.",
    usage: "`{ round = 2 }` or `{ round = { places = 2, mode = \"half_even\" } }`",
    examples: &[
        to("{ round = 2 }", "2.675", "2.68"),
        to(r#"{ round = { places = 0, mode = "half_even" } }"#, "2.5", "2"),
        to(r#"{ round = { places = 1, mode = "floor" } }"#, "-1.21", "-1.3"),
        to("{ round = 2 }", r#""7""#, "7"),
    ],
    shape: Shape::Needed(|| schema::either(&schema::places(), &rounding_table())),
    read: |argument| {
        if !argument.is_table() {
            return Ok(Transform::Round { places: argument.places()?, mode: Mode::HalfUp });
        }
        let table = argument.table(&["places", "mode"])?;
        Ok(Transform::Round { places: table.places("places")?, mode: table.mode()? })
    },
};

pub(super) static SCALE: Spec = Spec {
    name: "scale",
    group: Group::Numbers,
    doc: "Writes a number with exactly so many digits after the point; it fails where that would need \
          rounding.",
    usage: "`{ scale = 2 }`, 0 to 28 digits after the point",
    examples: &[
        to("{ scale = 2 }", "12.5", "12.50"),
        to("{ scale = 2 }", "12.5000", "12.50"),
        fails("{ scale = 2 }", "12.505"),
    ],
    shape: Shape::Needed(schema::places),
    read: |argument| argument.places().map(Transform::Scale),
};

pub(super) static NEGATE: Spec = bare(
    "negate",
    "The number with the other sign.",
    &[to("\"negate\"", r#""12.50""#, "-12.50"), to("\"negate\"", "-3", "3"), to("\"negate\"", "0", "0")],
    |argument| argument.none(Transform::Negate),
);

pub(super) static ABS: Spec =
    bare("abs", "The number without its sign.", &[to("\"abs\"", "-12.50", "12.50")], |argument| {
        argument.none(Transform::Abs)
    });

pub(super) static MULTIPLY: Spec = Spec {
    name: "multiply",
    group: Group::Numbers,
    doc: "The exact product with a number; where 28 digits cannot hold it, the record fails.",
    usage: "`{ multiply = 100 }` or `{ multiply = \"1.05\" }`",
    examples: &[
        to("{ multiply = 100 }", r#""12.50""#, "1250.00"),
        to(r#"{ multiply = "0.05" }"#, "19.99", "0.9995"),
    ],
    shape: Shape::Needed(schema::exact),
    read: |argument| argument.exact().map(Transform::Multiply),
};

pub(super) static DIVIDE: Spec = Spec {
    name: "divide",
    group: Group::Numbers,
    doc: "The quotient by a number. Where it may not end, `places` says after how many digits it is rounded, \
          and `mode` how, as for `round`; without `places` only numbers made of twos and fives can divide, \
          and the quotient is exact.",
    usage: "`{ divide = 100 }` or `{ divide = { by = 3, places = 2, mode = \"half_up\" } }`, not by zero",
    examples: &[
        to("{ divide = 100 }", "1250", "12.50"),
        to("{ divide = { by = 3, places = 2 } }", "20", "6.67"),
        to(r#"{ divide = { by = "1.05", places = 2, mode = "half_even" } }"#, r#""105""#, "100.00"),
    ],
    shape: Shape::Needed(|| {
        let members =
            [("by", schema::exact()), ("places", schema::places()), ("mode", schema::words(&Mode::ALL))];
        schema::either(&schema::exact(), &schema::table(&members, &["by"]))
    }),
    read: divide,
};

fn divide(argument: &Argument<'_>) -> Read<Transform> {
    let (by, places, mode) = if argument.is_table() {
        let table = argument.table(&["by", "places", "mode"])?;
        let places = if table.has("places") { Some(table.places("places")?) } else { None };
        (table.exact("by")?, places, table.mode()?)
    } else {
        (argument.exact()?, None, Mode::HalfUp)
    };
    if by.0.is_zero() {
        return Err(Bad::Form);
    }
    if places.is_none() && !rounding::always_ends(by.0) {
        return Err(Bad::Needs("`places`, because quotients by this number may not end"));
    }
    Ok(Transform::Divide { by, places, mode })
}
