//! In which form an answer comes.

use crate::supabase::error::Refusal;
use http::HeaderMap;

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// A list of objects; with members that are null or without.
    Json {
        strips_nulls: bool,
    },
    /// One object: the result must be one row.
    Object {
        strips_nulls: bool,
    },
    Csv,
}

impl Media {
    /// The first form that a request accepts and that can be given.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let accept = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or("*/*");
        let wanted: Vec<&str> = accept.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        let found = wanted.iter().find_map(|part| Self::named(part));
        match found {
            Some(media) => Ok(media),
            None if wanted.is_empty() => Ok(Self::Json { strips_nulls: false }),
            None => Err(unavailable(&wanted)),
        }
    }

    fn named(part: &str) -> Option<Self> {
        let mut parts = part.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let strips_nulls = parts.any(|parameter| parameter == "nulls=stripped");
        match name.as_str() {
            "application/json" | "*/*" | "application/*" => Some(Self::Json { strips_nulls: false }),
            "application/vnd.pgrst.array" | "application/vnd.pgrst.array+json" => {
                Some(Self::Json { strips_nulls })
            }
            "application/vnd.pgrst.object" | "application/vnd.pgrst.object+json" => {
                Some(Self::Object { strips_nulls })
            }
            "text/csv" | "text/*" => Some(Self::Csv),
            _ => None,
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json { strips_nulls: false } => "application/json; charset=utf-8",
            Self::Json { strips_nulls: true } => {
                "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"
            }
            Self::Object { strips_nulls: false } => "application/vnd.pgrst.object+json; charset=utf-8",
            Self::Object { strips_nulls: true } => {
                "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"
            }
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self, Self::Object { .. })
    }
}

fn unavailable(wanted: &[&str]) -> Refusal {
    let message = format!("None of these media types are available: {}", wanted.join(", "));
    Refusal::new(406, "PGRST107", message)
}
