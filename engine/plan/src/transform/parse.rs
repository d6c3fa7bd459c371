//! From a transform as it is written to the typed one.

use super::{Overflow, Transform, text::HASH_SUFFIX};
use engine_contract::Value;
use serde_json::Value as Json;

/// Why a transform cannot be used as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadArgument {
    /// There is no transform of this name.
    Unknown,
    /// It needs another argument: an example of how it is written.
    Needs(&'static str),
}

impl Transform {
    /// The names of all transforms.
    pub const NAMES: [&'static str; 15] = [
        "trim",
        "lowercase",
        "uppercase",
        "text",
        "integer",
        "decimal",
        "boolean",
        "timestamp_utc",
        "date",
        "prefix",
        "suffix",
        "replace",
        "fit",
        "strip_html",
        "null_if",
    ];

    /// The transform called `name` with its argument; `null` for a bare name.
    ///
    /// # Errors
    /// [`BadArgument`] when there is none, or its argument does not fit.
    pub fn parse(name: &str, argument: &Json) -> Result<Self, BadArgument> {
        let bare = |transform: Self| {
            if argument.is_null() {
                Ok(transform)
            } else {
                Err(BadArgument::Needs("no argument: only its name"))
            }
        };
        match name {
            "trim" => bare(Self::Trim),
            "lowercase" => bare(Self::Lowercase),
            "uppercase" => bare(Self::Uppercase),
            "text" => bare(Self::Text),
            "integer" => bare(Self::Integer),
            "decimal" => bare(Self::Decimal),
            "boolean" => bare(Self::Boolean),
            "timestamp_utc" => bare(Self::TimestampUtc),
            "date" => bare(Self::Date),
            "strip_html" => bare(Self::StripHtml),
            "prefix" => text(argument).map(Self::Prefix).ok_or(BadArgument::Needs("`{ prefix = \"W\" }`")),
            "suffix" => text(argument).map(Self::Suffix).ok_or(BadArgument::Needs("`{ suffix = \"-R\" }`")),
            "replace" => replace(argument)
                .ok_or(BadArgument::Needs("`{ replace = { from = \":\", to = \"-\" } }`, `from` not empty")),
            "fit" => fit(argument),
            "null_if" => {
                null_if(argument).ok_or(BadArgument::Needs("`{ null_if = \"\" }` or a list of scalars"))
            }
            _ => Err(BadArgument::Unknown),
        }
    }
}

fn text(argument: &Json) -> Option<String> {
    argument.as_str().map(str::to_owned)
}

fn replace(argument: &Json) -> Option<Transform> {
    let table = argument.as_object().filter(|table| table.len() == 2)?;
    let from = text(table.get("from")?).filter(|from| !from.is_empty())?;
    Some(Transform::Replace { from, to: text(table.get("to")?)? })
}

fn fit(argument: &Json) -> Result<Transform, BadArgument> {
    let shape = BadArgument::Needs("`{ fit = 100 }` or `{ fit = { length = 21, overflow = \"fail\" } }`");
    let read = || {
        let Some(table) = argument.as_object() else { return Some((length(argument)?, Overflow::Cut)) };
        let overflow = match table.get("overflow").map(Json::as_str) {
            None | Some(Some("cut")) => Overflow::Cut,
            Some(Some("fail")) => Overflow::Fail,
            Some(Some("hash_suffix")) => Overflow::HashSuffix,
            Some(_) => return None,
        };
        let known = table.keys().all(|key| key == "length" || key == "overflow");
        known.then_some((length(table.get("length")?)?, overflow))
    };
    let (length, overflow) = read().ok_or(shape)?;
    if overflow == Overflow::HashSuffix && length <= HASH_SUFFIX {
        return Err(BadArgument::Needs("a length over 9 to keep anything before its hash"));
    }
    Ok(Transform::Fit { length, overflow })
}

fn length(argument: &Json) -> Option<usize> {
    argument.as_u64().and_then(|length| usize::try_from(length).ok()).filter(|length| *length > 0)
}

fn null_if(argument: &Json) -> Option<Transform> {
    let those = match argument {
        Json::Null => return None,
        Json::Array(items) => items.clone(),
        one => vec![one.clone()],
    };
    let those: Vec<Value> = those.into_iter().map(Value::from).collect();
    let scalars = those.iter().all(|that| that.scalar_text().is_some());
    (scalars && !those.is_empty()).then_some(Transform::NullIf(those))
}
