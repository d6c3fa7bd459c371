//! Records of other streams that are put into each record: the order of a refund as its `parent`.
//!
//! They are asked for once per batch, however many records name them. One that is gone is `null`.

use super::{fetch::fetch, narrow::Narrow, rows::Row};
use crate::runtime::{catalog::Stream, path, service::Service};
use engine_contract::{ConnectorError, Context, ErrorKind, Record, Result, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Puts in what the stream says.
pub(super) async fn join(
    service: &Service,
    context: &Context,
    stream: Stream<'_>,
    rows: &mut [Row],
) -> Result<()> {
    for (name, table) in &stream.table.join {
        let other = stream.catalog.stream(&table.stream)?;
        let keys: BTreeSet<String> =
            rows.iter().filter_map(|row| path::text(&row.record, &table.by)).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let found = fetch(service, context, other, &keys, &Narrow::default()).await?;
        let found: BTreeMap<String, Record> = found.into_iter().map(|row| (row.key, row.record)).collect();
        for row in rows.iter_mut() {
            let key = path::text(&row.record, &table.by);
            row.record = with(&row.record, name, key.and_then(|key| found.get(&key)))?;
        }
    }
    Ok(())
}

/// A record with one more member. The bytes of both stay as the service wrote them.
fn with(record: &Record, name: &str, joined: Option<&Record>) -> Result<Record> {
    let bytes = record.as_bytes();
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim_end();
    let open = text.strip_suffix('}').map(str::trim_end).unwrap_or_default();
    let comma = if open.ends_with('{') { "" } else { "," };
    let value = joined.map_or_else(|| b"null".as_slice().into(), Record::as_bytes);
    let mut out = Vec::with_capacity(text.len() + name.len() + value.len() + 4);
    out.extend_from_slice(open.as_bytes());
    out.extend_from_slice(comma.as_bytes());
    out.extend_from_slice(Value::from(name).to_json().as_bytes());
    out.push(b':');
    out.extend_from_slice(&value);
    out.push(b'}');
    Record::parse(out).map_err(|error| {
        ConnectorError::new(ErrorKind::Protocol, "a record cannot hold what belongs to it").with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_joined_record_keeps_every_byte_of_both() {
        let record = Record::parse("{\"id\":1, \"total\":1.10 } ").unwrap();
        let order = Record::parse(r#"{"total":"9.90"}"#).unwrap();
        let text = |record: Record| String::from_utf8(record.as_bytes().to_vec()).unwrap();
        assert_eq!(
            text(with(&record, "parent", Some(&order)).unwrap()),
            r#"{"id":1, "total":1.10,"parent":{"total":"9.90"}}"#
        );
        assert_eq!(text(with(&Record::parse("{}").unwrap(), "parent", None).unwrap()), r#"{"parent":null}"#);
    }
}
