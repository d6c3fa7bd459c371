//! A report as the service writes it: columns, rows, sections with their sums.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::quickbooks::value::{Object, set};

/// A report before it is written down.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Value>,
    rows: Vec<Value>,
    has_data: bool,
}

/// Cents with both of their digits.
pub(super) fn shown(amount: Decimal) -> String {
    let mut amount = amount;
    amount.rescale(2);
    amount.to_string()
}

/// One line: its name, the id of what it is about, its values.
pub(super) fn line(name: &str, id: Option<&str>, values: &[String]) -> Value {
    let mut first = Object::new();
    set(&mut first, "value", name);
    if let Some(id) = id {
        set(&mut first, "id", id);
    }
    let values = values.iter().map(|value| json!({"value": value}));
    Value::Array(std::iter::once(Value::Object(first)).chain(values).collect())
}

impl Table {
    /// `columns`: type and title, the first without a title.
    pub(super) fn new(columns: &[(&str, &str)]) -> Self {
        let columns = columns.iter().map(|(kind, title)| json!({"ColType": kind, "ColTitle": title}));
        Self { columns: columns.collect(), rows: Vec::new(), has_data: false }
    }

    pub(super) fn row(&mut self, cells: &Value) {
        self.rows.push(json!({"ColData": cells, "type": "Data"}));
        self.has_data = true;
    }

    /// Takes a section that is whole, if there is one.
    pub(super) fn extend(&mut self, section: Option<Value>) {
        self.has_data |= section.is_some();
        self.rows.extend(section);
    }

    /// A section with its lines, which may be none, and its sum.
    pub(super) fn section(&mut self, group: &str, title: &str, lines: Vec<Value>, sum: &Value) {
        let mut section = Object::new();
        if !lines.is_empty() {
            self.has_data = true;
            let blanks = vec![String::new(); self.columns.len() - 1];
            let rows: Vec<Value> =
                lines.into_iter().map(|cells| json!({"ColData": cells, "type": "Data"})).collect();
            set(&mut section, "Header", json!({"ColData": line(title, None, &blanks)}));
            set(&mut section, "Rows", json!({"Row": rows}));
        }
        set(&mut section, "Summary", json!({"ColData": sum}));
        set(&mut section, "type", "Section");
        set(&mut section, "group", group);
        self.rows.push(Value::Object(section));
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.has_data
    }

    pub(super) fn show(self, answer: &mut Object) {
        set(answer, "Columns", json!({"Column": self.columns}));
        set(answer, "Rows", json!({"Row": self.rows}));
    }
}
