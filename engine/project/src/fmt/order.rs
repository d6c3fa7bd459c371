//! Members of a table that stand apart are put together.
//!
//! TOML lets `a.x`, `b` and `a.y`, or `[a.b]`, `[c]` and `[a]`, follow each other. In the canonical form what
//! belongs to one table stands together, where its first member stood, and a table comes before its
//! children. What is together already stays in its order. Keys are grouped between blank lines only.

use super::{
    comment,
    tree::{Line, Part, Value, keys_of},
};
use std::collections::BTreeMap;

/// The same lines with the members of each table together.
pub(super) fn grouped(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut sections = sections(lines).into_iter();
    let mut out = sections.next().map(|root| pairs(root.lines)).unwrap_or_default();
    let mut root = Table::default();
    for section in sections {
        root.insert(section);
    }
    root.write(&mut out);
    out
}

/// A header with the comment that leads it, and all up to the next.
#[derive(Default)]
struct Section<'a> {
    keys: Vec<String>,
    is_element: bool,
    lines: Vec<Line<'a>>,
}

/// The lines before the first header, and a section for each header. Each ends in a blank line, so that its
/// last comment never leads the header that comes to stand behind it.
fn sections(lines: Vec<Line<'_>>) -> Vec<Section<'_>> {
    let mut all = Vec::new();
    let mut now = Section::default();
    for line in lines {
        if let Line::Header(header) = &line {
            let (keys, is_element) = (keys_of(&header.keys), header.is_element);
            let lines = leading(&mut now.lines);
            if !now.lines.is_empty() {
                now.lines.push(Line::Blank);
            }
            all.push(std::mem::replace(&mut now, Section { keys, is_element, lines }));
        }
        now.lines.push(line);
    }
    now.lines.push(Line::Blank);
    all.push(now);
    all
}

/// Takes the comment that leads what comes next. One that names the file's schema leads the file.
fn leading<'a>(lines: &mut Vec<Line<'a>>) -> Vec<Line<'a>> {
    let count = lines.iter().rev().take_while(|line| matches!(line, Line::Comment(_))).count();
    let taken = lines.split_off(lines.len() - count);
    let names_schema = |line: &Line<'_>| matches!(line, Line::Comment(text) if comment::is_schema(text));
    if lines.is_empty() && taken.iter().any(names_schema) {
        lines.extend(taken);
        return Vec::new();
    }
    taken
}

/// A table: its own section, and what is in it by name, in the order in which it was first named.
#[derive(Default)]
struct Table<'a> {
    section: Option<Section<'a>>,
    names: Vec<String>,
    children: BTreeMap<String, Vec<Table<'a>>>,
}

impl<'a> Table<'a> {
    fn insert(&mut self, section: Section<'a>) {
        let mut table = self;
        for (index, key) in section.keys.iter().enumerate() {
            if !table.children.contains_key(key) {
                table.names.push(key.clone());
            }
            let elements = table.children.entry(key.clone()).or_default();
            let starts_element = section.is_element && index + 1 == section.keys.len();
            if elements.is_empty() || starts_element {
                elements.push(Table::default());
            }
            let Some(last) = elements.last_mut() else { return };
            table = last;
        }
        table.section = Some(section);
    }

    fn write(self, out: &mut Vec<Line<'a>>) {
        out.extend(self.section.map(|section| pairs(section.lines)).unwrap_or_default());
        let mut children = self.children;
        for table in self.names.iter().filter_map(|name| children.remove(name)).flatten() {
            table.write(out);
        }
    }
}

/// A pair, with its key, and the comment that leads it.
type Unit<'a> = (Vec<String>, Vec<Line<'a>>);

/// Puts the pairs of one table together, between blank lines.
fn pairs(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut out = Vec::with_capacity(lines.len());
    let mut units: Vec<Unit<'_>> = Vec::new();
    let mut waiting = Vec::new();
    for mut line in lines {
        match &mut line {
            Line::Pair { key, value, .. } => {
                members(value);
                let key = keys_of(key);
                waiting.push(line);
                units.push((key, std::mem::take(&mut waiting)));
            }
            Line::Comment(_) => waiting.push(line),
            Line::Blank | Line::Header(_) => {
                flush(&mut units, &mut out);
                out.append(&mut waiting);
                out.push(line);
            }
        }
    }
    flush(&mut units, &mut out);
    out.append(&mut waiting);
    out
}

fn flush<'a>(units: &mut Vec<Unit<'a>>, out: &mut Vec<Line<'a>>) {
    let units = together(std::mem::take(units), 0);
    out.extend(units.into_iter().flat_map(|(_, lines)| lines));
}

/// Puts what has an equal key part together, at every depth, where the first stood.
fn together<T>(units: Vec<(Vec<String>, T)>, depth: usize) -> Vec<(Vec<String>, T)> {
    let mut names: Vec<Option<String>> = Vec::new();
    let mut groups: BTreeMap<Option<String>, Vec<(Vec<String>, T)>> = BTreeMap::new();
    for unit in units {
        let name = unit.0.get(depth).cloned();
        let group = groups.entry(name.clone()).or_default();
        if group.is_empty() {
            names.push(name);
        }
        group.push(unit);
    }
    let mut out = Vec::new();
    for group in names.iter().filter_map(|name| groups.remove(name)) {
        out.extend(if group.len() > 1 { together(group, depth + 1) } else { group });
    }
    out
}

/// Puts the members of inline tables together, unless comments or blank lines hold them apart.
fn members(value: &mut Value<'_>) {
    let Value::Group(group) = value else { return };
    for part in &mut group.parts {
        if let Part::Element(element) = part {
            members(&mut element.value);
        }
    }
    if !group.is_table || group.is_spread() {
        return;
    }
    let mut units = Vec::new();
    for part in group.parts.drain(..) {
        if let Part::Element(element) = part {
            units.push((element.key.as_deref().map(keys_of).unwrap_or_default(), element));
        }
    }
    group.parts.extend(together(units, 0).into_iter().map(|(_, element)| Part::Element(element)));
}
