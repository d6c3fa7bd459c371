//! Records that are named by what they have in common: `--filter`.

use engine_contract::Value;
use engine_run::Narrow;

/// `status=processing`, in its two parts.
///
/// # Errors
/// Says what is missing.
pub(crate) fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("a filter is a name and a value: `status=processing`".to_owned()),
    }
}

/// What a run is narrowed down to.
pub(crate) fn narrow(filters: &[(String, String)]) -> Narrow {
    Narrow(filters.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect())
}
