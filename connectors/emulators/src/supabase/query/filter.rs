//! Filters: `total=gte.10`, `or=(status.eq.new,paid_at.is.null)`.

use super::{
    field::{Field, field, name},
    input::{Input, Read},
};
use crate::supabase::error::Refusal;

/// What rows are tested for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

/// A field against a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) field: Field,
    pub(crate) operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// With `any` or `all`, against the elements of a list.
    Compare(Comparison, Option<Quantifier>, String),
    NotEqual(String),
    In(Vec<String>),
    Is(Is),
    IsDistinct(String),
    Contains(String),
    Contained(String),
    Overlaps(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Like,
    LikeAnyCase,
    Match,
    MatchAnyCase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Any,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Is {
    Null,
    NotNull,
    True,
    False,
    Unknown,
}

impl Comparison {
    /// The operator of SQL.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Like => "~~",
            Self::LikeAnyCase => "~~*",
            Self::Match => "~",
            Self::MatchAnyCase => "~*",
        }
    }

    pub(crate) fn is_like(self) -> bool {
        matches!(self, Self::Like | Self::LikeAnyCase)
    }

    /// Whether it compares texts with patterns.
    pub(crate) fn is_pattern(self) -> bool {
        self.is_like() || matches!(self, Self::Match | Self::MatchAnyCase)
    }
}

/// What is expected where an operator should stand.
const OPERATOR: &str = "operator (eq, gt, ...)";

/// Reads `key=value` of a filter; the value of a test takes the rest.
pub(super) fn filter(key: &str, value: &str) -> Result<Condition, Refusal> {
    let mut input = Input::new("tree path", key);
    let field = field(&mut input)?;
    if input.peek() == Some('.') {
        return Err(not_embedded(&field.column));
    }
    let mut input = Input::new("filter", value);
    let expected = format!("\"not\" or {OPERATOR}");
    Ok(test(&mut input, field, &expected, &|input| input.take_while(|_| true))?)
}

/// A field of a table that is not part of the request.
pub(super) fn not_embedded(name: &str) -> Refusal {
    Refusal::new(400, "PGRST108", format!("'{name}' is not an embedded resource in this request"))
        .hint(format!("Verify that '{name}' is included in the 'select' query parameter."))
}

/// Reads `or=(...)`; `operator` is `or`, `and`, `not.or` or `not.and`.
pub(super) fn logic(operator: &str, value: &str) -> Result<Condition, Refusal> {
    let mut input = Input::with_letters("logic tree", value, &format!("{operator}{value}"));
    let condition = tree(&mut input)?;
    if !input.is_at_end() {
        return Err(input.stop("end of input").into());
    }
    Ok(condition)
}

fn tree(input: &mut Input<'_>) -> Read<Condition> {
    let place = input.place();
    if let Ok(field) = field(input)
        && input.take(".")
        && let Ok(condition) = test(input, field, OPERATOR, &logic_value)
    {
        return Ok(condition);
    }
    input.back_to(place);
    let is_negated = input.take("not.");
    let is_and = input.take("and");
    if !is_and && !input.take("or") {
        let expected = if is_negated {
            "logic operator (and, or)"
        } else {
            "field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)"
        };
        return Err(input.stop(expected));
    }
    input.skip_blanks();
    input.expect('(')?;
    let mut conditions = Vec::new();
    loop {
        input.skip_blanks();
        conditions.push(tree(input)?);
        input.skip_blanks();
        if !input.take(",") {
            break;
        }
    }
    input.expect(')')?;
    input.skip_blanks();
    let condition = if is_and { Condition::All(conditions) } else { Condition::Any(conditions) };
    Ok(if is_negated { Condition::Not(Box::new(condition)) } else { condition })
}

type ReadValue<'a> = &'a dyn Fn(&mut Input<'_>) -> String;

fn test(input: &mut Input<'_>, field: Field, expected: &str, value: ReadValue<'_>) -> Read<Condition> {
    let is_negated = input.take("not.");
    let operator = operator(input, if is_negated { OPERATOR } else { expected }, value)?;
    let test = Condition::Test(Test { field, operator });
    Ok(if is_negated { Condition::Not(Box::new(test)) } else { test })
}

fn operator(input: &mut Input<'_>, expected: &str, value: ReadValue<'_>) -> Read<Operator> {
    let place = input.place();
    let word = input.take_while(|letter| letter.is_ascii_lowercase());
    let comparison = match word.as_str() {
        "eq" => Some(Comparison::Equal),
        "gt" => Some(Comparison::Greater),
        "gte" => Some(Comparison::GreaterEqual),
        "lt" => Some(Comparison::Less),
        "lte" => Some(Comparison::LessEqual),
        "like" => Some(Comparison::Like),
        "ilike" => Some(Comparison::LikeAnyCase),
        "match" => Some(Comparison::Match),
        "imatch" => Some(Comparison::MatchAnyCase),
        _ => None,
    };
    if let Some(comparison) = comparison {
        let quantifier = if input.take("(any)") {
            Some(Quantifier::Any)
        } else if input.take("(all)") {
            Some(Quantifier::All)
        } else {
            None
        };
        if input.take(".") {
            return Ok(Operator::Compare(comparison, quantifier, value(input)));
        }
    } else if input.take(".") {
        match word.as_str() {
            "neq" => return Ok(Operator::NotEqual(value(input))),
            "in" => return list(input).map(Operator::In),
            "is" => return is(input).map(Operator::Is),
            "isdistinct" => return Ok(Operator::IsDistinct(value(input))),
            "cs" => return Ok(Operator::Contains(value(input))),
            "cd" => return Ok(Operator::Contained(value(input))),
            "ov" => return Ok(Operator::Overlaps(value(input))),
            _ => {}
        }
    }
    input.back_to(place);
    Err(input.stop(expected))
}

fn is(input: &mut Input<'_>) -> Read<Is> {
    let words = [
        ("null", Is::Null),
        ("not_null", Is::NotNull),
        ("true", Is::True),
        ("false", Is::False),
        ("unknown", Is::Unknown),
    ];
    match words.into_iter().find(|(word, _)| input.take_any_case(word)) {
        Some((_, is)) => Ok(is),
        None => Err(input.stop("isVal: (null, not_null, true, false, unknown)")),
    }
}

fn list(input: &mut Input<'_>) -> Read<Vec<String>> {
    input.skip_blanks();
    input.expect('(')?;
    input.skip_blanks();
    let mut elements = Vec::new();
    loop {
        elements.push(element(input));
        if !input.take(",") {
            break;
        }
    }
    input.expect(')')?;
    input.skip_blanks();
    Ok(elements)
}

/// A value within parentheses: quoted, or up to the next comma.
fn element(input: &mut Input<'_>) -> String {
    let place = input.place();
    if input.peek() == Some('"')
        && let Ok(text) = input.quoted()
        && matches!(input.peek(), None | Some(',' | ')'))
    {
        return text;
    }
    input.back_to(place);
    input.take_while(|letter| letter != ',' && letter != ')')
}

fn logic_value(input: &mut Input<'_>) -> String {
    let place = input.place();
    if input.take("{") {
        let inner = input.take_while(|letter| letter != '{' && letter != '}');
        if input.take("}") {
            return format!("{{{inner}}}");
        }
        input.back_to(place);
    }
    element(input)
}

/// Reads names with commas between: `columns`, `on_conflict`.
pub(super) fn names(what: &str, text: &str) -> Result<Vec<String>, Refusal> {
    let mut input = Input::new(what, text);
    let mut names = Vec::new();
    loop {
        names.push(name(&mut input)?);
        input.skip_blanks();
        if !input.take(",") {
            break;
        }
        input.skip_blanks();
    }
    if !input.is_at_end() {
        return Err(input.stop("\",\" or end of input").into());
    }
    Ok(names)
}
