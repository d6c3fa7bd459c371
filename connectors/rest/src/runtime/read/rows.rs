//! From an answer to rows: each record with its key and its place on the cursor.

use crate::runtime::{answer::Answer, catalog::Stream, path};
use engine_contract::{ConnectorError, Cursor, ErrorKind, Kind, Record, Result, Value, join_key};

/// One record of a list.
#[derive(Clone, Debug)]
pub(in crate::runtime) struct Row {
    pub(in crate::runtime) key: String,
    pub(in crate::runtime) modified: Option<Cursor>,
    pub(in crate::runtime) record: Record,
}

/// The records of an answer.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Rows {
    pub(in crate::runtime) good: Vec<Row>,
    /// What has no key, or no place on the cursor.
    pub(super) broken: Vec<(String, ConnectorError)>,
    /// How many there are, broken ones among them.
    pub(super) count: usize,
}

/// Reads the list in an answer. `field` is the cursor.
pub(in crate::runtime) fn rows(stream: Stream<'_>, answer: &Answer, field: Option<&str>) -> Result<Rows> {
    let elements = list(stream, answer)?;
    let mut rows = Rows { count: elements.len(), ..Rows::default() };
    for record in elements {
        match row(stream, record, field) {
            Ok(row) => rows.good.push(row),
            Err(broken) => rows.broken.push(broken),
        }
    }
    Ok(rows)
}

/// One record that came alone.
pub(super) fn row(
    stream: Stream<'_>,
    record: Record,
    field: Option<&str>,
) -> Result<Row, (String, ConnectorError)> {
    let refused = |origin: &str, message: String| {
        let error = ConnectorError::new(ErrorKind::Invalid, message).with_context("stream", stream.name);
        (origin.to_owned(), error)
    };
    let parts: Option<Vec<String>> = stream
        .table
        .key
        .iter()
        .map(|name| path::text(&record, name).filter(|part| !part.is_empty()))
        .collect();
    let Some(parts) = parts else {
        let names = stream.table.key.join("`, `");
        return Err(refused(stream.name, format!("a record has no `{names}`")));
    };
    let key = join_key(&parts);
    let modified = match field {
        None => None,
        Some(field) => {
            let parsed = path::text(&record, field).and_then(|text| Cursor::parse(&text).ok());
            let wrong = || refused(&key, format!("`{field}` is neither an instant nor a whole number"));
            Some(parsed.ok_or_else(wrong)?)
        }
    };
    let record = without(record, &stream.read.leave_out);
    Ok(Row { key, modified, record })
}

/// A record without some of its members. The bytes of the others stay as the service wrote them.
fn without(record: Record, names: &[String]) -> Record {
    let is_left_out = |name: &str| names.iter().any(|known| known == name);
    let members = if names.is_empty() { None } else { record.members() };
    let Some(members) = members.filter(|members| members.iter().any(|(name, _)| is_left_out(name))) else {
        return record;
    };
    let mut out = vec![b'{'];
    for (name, member) in members.iter().filter(|(name, _)| !is_left_out(name)) {
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(Value::from(name.as_str()).to_json().as_bytes());
        out.push(b':');
        out.extend_from_slice(&member.as_bytes());
    }
    out.push(b'}');
    Record::parse(out).unwrap_or(record)
}

fn list(stream: Stream<'_>, answer: &Answer) -> Result<Vec<Record>> {
    let body = answer.body.as_ref().ok_or_else(|| answer.unreadable())?;
    let wrong = || {
        ConnectorError::new(ErrorKind::Protocol, "the answer holds no list where the service documents one")
            .with_context("stream", stream.name)
            .with_context("status", answer.status.to_string())
    };
    if stream.read.list.is_empty() {
        return body.elements().ok_or_else(wrong);
    }
    if let Some(list) = body.part(&path::path(&stream.read.list)) {
        return list.elements().ok_or_else(wrong);
    }
    // An empty list may be left out of the object that would hold it.
    let above = stream.read.list.rsplit_once('.').map_or("", |(above, _)| above);
    let is_there = body.part(&path::path(above)).is_some_and(|above| above.kind() == Kind::Object);
    if is_there { Ok(Vec::new()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_gone_and_every_other_byte_stays() {
        let text = |json: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let bytes = without(Record::parse(json.to_owned()).unwrap(), &names).as_bytes();
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        let json = r#"{"id": 1, "drawn": [4, 2], "price": 1.10, "name": "\u00e4"}"#;
        assert_eq!(text(json, &["drawn"]), r#"{"id":1,"price":1.10,"name":"\u00e4"}"#);
        assert_eq!(text(json, &["id", "price", "drawn"]), r#"{"name":"\u00e4"}"#);
        assert_eq!(text(json, &["other"]), json);
        assert_eq!(text(json, &[]), json);
    }
}
