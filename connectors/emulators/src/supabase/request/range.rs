//! Which rows of a result: `limit` and `offset`, or the header `Range`.

use crate::supabase::{error::Refusal, query::Query};
use http::{HeaderMap, Method};

/// A stretch of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) offset: u64,
    pub(crate) limit: Option<u64>,
}

impl Range {
    /// What a request asks for: of header and parameters, the rows that both mean.
    pub(crate) fn read(method: &Method, headers: &HeaderMap, query: &Query) -> Result<Self, Refusal> {
        if method == Method::PUT && (query.limit.is_some() || query.offset.is_some()) {
            let message = "limit/offset querystring parameters are not allowed for PUT";
            return Err(Refusal::new(400, "PGRST114", message));
        }
        if query.limit == Some(0) {
            return Ok(Self { offset: 0, limit: Some(0) });
        }
        // A negative one is none.
        let offset = u64::try_from(query.offset.unwrap_or(0)).unwrap_or(0);
        let limit = query.limit.map(u64::try_from).transpose();
        let limit = limit.map_err(|_| refused("Limit should be greater than or equal to zero."))?;
        // Other methods than GET must not look at it (RFC 9110, 14.2).
        let header = headers.get("range").filter(|_| method == Method::GET);
        let Some((first, last)) = header.and_then(|value| bounds(value.to_str().ok()?)) else {
            return Ok(Self { offset, limit });
        };
        if last.is_some_and(|last| last < first) {
            let details =
                "The lower boundary must be lower than or equal to the upper boundary in the Range header.";
            return Err(refused(details));
        }
        let start = offset.max(first);
        let ends = [last.map(|last| last.saturating_add(1)), limit.map(|limit| offset.saturating_add(limit))];
        let end = ends.into_iter().flatten().min();
        if end.is_some_and(|end| end <= start) {
            return Err(refused("Limit should be greater than or equal to zero."));
        }
        Ok(Self { offset: start, limit: end.map(|end| end - start) })
    }

    /// The same stretch with at most so many rows.
    pub(crate) fn at_most(self, rows: u64) -> Self {
        Self { limit: Some(self.limit.map_or(rows, |limit| limit.min(rows))), ..self }
    }
}

/// `0-19` or `20-`; anything else means all rows.
fn bounds(text: &str) -> Option<(u64, Option<u64>)> {
    let (first, last) = text.strip_prefix("items=").unwrap_or(text).split_once('-')?;
    let first = first.parse().ok()?;
    if last.is_empty() { Some((first, None)) } else { Some((first, Some(last.parse().ok()?))) }
}

fn refused(details: &str) -> Refusal {
    Refusal::new(416, "PGRST103", "Requested range not satisfiable").details(details)
}

/// The status of rows `first..` of which there are `rows`, out of `total`.
pub(crate) fn status(first: u64, rows: u64, total: Option<u64>) -> u16 {
    match total {
        Some(total) if first > total => 416,
        Some(total) if rows < total => 206,
        _ => 200,
    }
}

/// The refusal of rows beyond the end.
pub(crate) fn beyond(first: u64, total: u64) -> Refusal {
    refused(&format!("An offset of {first} was requested, but there are only {total} rows."))
}

/// The header `Content-Range`.
pub(crate) fn content_range(first: u64, rows: u64, total: Option<u64>) -> String {
    let total_text = total.map_or_else(|| "*".to_owned(), |total| total.to_string());
    if rows == 0 || total == Some(0) {
        return format!("*/{total_text}");
    }
    format!("{first}-{}/{total_text}", first + rows - 1)
}
