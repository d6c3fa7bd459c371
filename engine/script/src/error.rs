//! What went wrong in a script, without any value of the record it ran on.

use rhai::{Dynamic, EvalAltResult, ParseError, Position};

/// A mistake in a script, found when it was compiled or when it ran.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at script line {line} column {column}")]
pub struct ScriptError {
    /// What is wrong, in words that hold no value of a record.
    pub message: String,
    /// Line in the script, from 1; 0 when no place is known.
    pub line: usize,
    /// Column in that line in characters, from 1; 0 when no place is known.
    pub column: usize,
    /// What to do, where that is known: "did you mean `trimmed`?".
    pub help: Option<String>,
}

impl ScriptError {
    pub(crate) fn new(message: impl Into<String>, place: Position) -> Self {
        let (line, column) = (place.line().unwrap_or(0), place.position().unwrap_or(0));
        Self { message: message.into(), line, column, help: None }
    }

    pub(crate) fn with_help(mut self, help: String) -> Self {
        self.help = Some(help);
        self
    }

    pub(crate) fn of_syntax(error: &ParseError) -> Self {
        let text = error.err_type().to_string();
        let mut letters = text.chars();
        let lowered = letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>());
        Self::new(lowered.unwrap_or_default(), error.position())
    }

    pub(crate) fn of_evaluation(error: &EvalAltResult) -> Self {
        Trace::default().follow(error)
    }
}

/// The way from a script down to the call that failed.
#[derive(Default)]
struct Trace<'a> {
    /// The library whose text is reached; `None` in the script.
    library: Option<&'a str>,
    /// The last call that stands in the script itself.
    in_script: Position,
    /// The last call that stands in a library.
    in_library: Position,
}

impl<'a> Trace<'a> {
    /// The innermost error knows best what happened; a call without a place borrows its caller's.
    fn follow(mut self, error: &'a EvalAltResult) -> ScriptError {
        if let EvalAltResult::ErrorInFunctionCall(_, source, inner, place) = error {
            self.pass(*place);
            self.library = Some(source.as_str()).filter(|source| !source.is_empty());
            return self.follow(inner);
        }
        self.pass(error.position());
        let message = match (self.library, self.in_library.line(), self.in_library.position()) {
            (Some(library), Some(line), Some(column)) => {
                format!("{} (library `{library}`, line {line} column {column})", describe(error))
            }
            (Some(library), ..) => format!("{} (library `{library}`)", describe(error)),
            (None, ..) => describe(error),
        };
        ScriptError::new(message, self.in_script)
    }

    fn pass(&mut self, place: Position) {
        match self.library {
            _ if place.is_none() => {}
            Some(_) => self.in_library = place,
            None => self.in_script = place,
        }
    }
}

/// A refusal by one of the engine's own functions: a text that holds no value.
#[derive(Clone, Debug)]
pub(crate) struct Refusal(pub(crate) &'static str);

impl Refusal {
    pub(crate) fn raise<T>(message: &'static str) -> Result<T, Box<EvalAltResult>> {
        Err(EvalAltResult::ErrorRuntime(Dynamic::from(Self(message)), Position::NONE).into())
    }
}

/// Words for an error. rhai's own texts quote operands and thrown values, which may be personal data.
fn describe(error: &EvalAltResult) -> String {
    use EvalAltResult as E;
    match error {
        E::ErrorParsing(kind, _) => format!("{kind}"),
        E::ErrorVariableNotFound(name, _) => format!("unknown variable `{name}`"),
        E::ErrorFunctionNotFound(signature, _) => no_function(signature),
        E::ErrorPropertyNotFound(name, _) => format!("unknown property `{name}`"),
        E::ErrorMismatchDataType(wanted, actual, _) | E::ErrorMismatchOutputType(wanted, actual, _) => {
            format!("expected {}, got {}", plain_types(wanted), plain_types(actual))
        }
        E::ErrorAssignmentToConstant(name, _) => format!("`{name}` is read-only"),
        E::ErrorNonPureMethodCallOnConstant(name, _) => {
            format!("`{}` would change a read-only value", name.trim_start_matches("set$"))
        }
        E::ErrorDotExpr(text, _) => dot_text(text),
        E::ErrorIndexingType(types, _) => {
            format!("`{}` cannot be indexed or changed this way", plain_types(types))
        }
        E::ErrorArrayBounds(..) | E::ErrorStringBounds(..) | E::ErrorIndexNotFound(..) => {
            "the index is out of bounds".to_owned()
        }
        E::ErrorFor(_) => "this value cannot be looped over".to_owned(),
        E::ErrorArithmetic(text, _) if text.contains("ivision by zero") => "division by zero".to_owned(),
        E::ErrorArithmetic(..) => "the number is out of range or not a number".to_owned(),
        E::ErrorTooManyOperations(_) | E::ErrorTerminated(..) => {
            "the script does too much: over 100000 operations".to_owned()
        }
        E::ErrorTooManyVariables(_) => "the script has too many variables".to_owned(),
        E::ErrorStackOverflow(_) => "the script calls functions more than 16 deep".to_owned(),
        E::ErrorDataTooLarge(what, _) => format!("a value of the script grows too large ({what})"),
        E::ErrorRuntime(token, _) => token
            .clone()
            .try_cast::<Refusal>()
            .map_or_else(|| "the script threw an error".to_owned(), |refusal| refusal.0.to_owned()),
        _ => "the script stopped with an error".to_owned(),
    }
}

/// rhai names a property in quotes, and nothing of the value.
fn dot_text(text: &str) -> String {
    match text.split('\'').nth(1) {
        Some(property) if text.contains("type '()'") => {
            format!("`{property}` of nothing: the value before it is missing; `?.` reads on safely")
        }
        Some(property) if text.contains("setter") => format!("`{property}` is read-only"),
        Some(property) => format!("no property `{property}` here"),
        None => "no such property here".to_owned(),
    }
}

/// A call that no function takes: `to_decimal (())`, `+ (i64, ())`.
fn no_function(signature: &str) -> String {
    let Some((name, arguments)) =
        signature.split_once(" (").and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))
    else {
        return format!("no function `{}`", plain_types(signature));
    };
    let arguments: Vec<String> = plain_types(arguments).split(", ").map(str::to_owned).collect();
    let is_operator = !name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    match arguments.as_slice() {
        [left, right] if is_operator => format!("`{name}` does not work on {left} and {right}"),
        [only] if is_operator => format!("`{name}` does not work on {only}"),
        [first, ..] if first == NOTHING => format!("{NOTHING} has no `{name}`"),
        _ => format!("there is no function `{name}({})`", arguments.join(", ")),
    }
}

/// What a record does not have.
const NOTHING: &str = "nothing (a missing value)";

/// rhai's type names in the words of this crate's documentation.
fn plain_types(text: &str) -> String {
    text.replace("&str | ImmutableString | String", "text")
        .replace("ImmutableString", "text")
        .replace("string", "text")
        .replace("i64", "integer")
        .replace("bool", "boolean")
        .replace("()", NOTHING)
}
