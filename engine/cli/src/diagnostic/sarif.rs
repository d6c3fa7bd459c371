//! Diagnostics as SARIF 2.1.0, which code scanning reads. Columns count characters.

use super::{Finding, file_shown, span};
use crate::pages::page;
use engine_project::{
    Place, Project,
    diag::{Code, Diagnostic, Fix, Label, Severity},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, path::Path};

/// What was checked: a project's folder, its files, and what was found.
pub(crate) type Checked<'a> = (&'a Path, &'a Project, &'a [Finding]);

/// One log with one run over all projects.
pub(crate) fn log(checked: &[Checked<'_>]) -> Value {
    let found = checked.iter().flat_map(|(_, _, findings)| findings.iter());
    let codes: BTreeSet<Code> = found.map(|finding| finding.diagnostic.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let mut results = Vec::new();
    for (dir, project, findings) in checked {
        let scene = Scene { dir, project, codes: &codes };
        results.extend(findings.iter().map(|finding| scene.result(finding)));
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "engine",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let mut rule = json!({ "id": code.as_str(), "shortDescription": { "text": code.summary() } });
    if let (Some(page), Some(rule)) = (page(code.as_str()), rule.as_object_mut()) {
        rule.insert("help".to_owned(), json!({ "text": page, "markdown": page }));
    }
    rule
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

struct Scene<'a> {
    dir: &'a Path,
    project: &'a Project,
    codes: &'a [Code],
}

impl Scene<'_> {
    fn result(&self, finding: &Finding) -> Value {
        let Diagnostic { code, severity, message, labels, help, fix, hides_value: _ } = &finding.diagnostic;
        let notes = finding.concerned().into_iter().chain(help.clone());
        let text = std::iter::once(message.clone()).chain(notes).collect::<Vec<_>>().join("\n");
        let mut result = json!({
            "ruleId": code.as_str(),
            "ruleIndex": self.codes.iter().position(|known| known == code),
            "level": level(*severity),
            "message": { "text": text },
        });
        let (primary, related): (Vec<&Label>, Vec<&Label>) = labels.iter().partition(|label| label.primary);
        let Some(object) = result.as_object_mut() else { return result };
        let mut put = |name: &str, values: Vec<Value>| {
            if !values.is_empty() {
                object.insert(name.to_owned(), values.into());
            }
        };
        put("locations", primary.iter().map(|label| self.location(label, None)).collect());
        let related = related.iter().enumerate().map(|(index, label)| self.location(label, Some(index)));
        put("relatedLocations", related.collect());
        put("fixes", fix.iter().map(|fix| self.fix(fix)).collect());
        if !finding.tenants.is_empty() {
            object.insert("properties".to_owned(), json!({ "tenants": finding.tenants }));
        }
        result
    }

    fn location(&self, label: &Label, id: Option<usize>) -> Value {
        let mut location = json!({ "physicalLocation": {
            "artifactLocation": self.artifact(&label.place.file),
            "region": self.region(&label.place),
        } });
        if let Some(object) = location.as_object_mut() {
            if let Some(id) = id {
                object.insert("id".to_owned(), id.into());
            }
            if !label.text.is_empty() {
                object.insert("message".to_owned(), json!({ "text": label.text }));
            }
        }
        location
    }

    fn fix(&self, fix: &Fix) -> Value {
        json!({
            "description": { "text": format!("write `{}`", fix.replacement) },
            "artifactChanges": [{
                "artifactLocation": self.artifact(&fix.place.file),
                "replacements": [{
                    "deletedRegion": self.region(&fix.place),
                    "insertedContent": { "text": fix.replacement },
                }],
            }],
        })
    }

    fn artifact(&self, file: &str) -> Value {
        json!({ "uri": uri(&file_shown(self.dir, file)) })
    }

    fn region(&self, place: &Place) -> Value {
        let range = span(self.project, place);
        json!({
            "startLine": range.start.line, "startColumn": range.start.column,
            "endLine": range.end.line, "endColumn": range.end.column,
            "byteOffset": range.start.byte, "byteLength": range.end.byte.saturating_sub(range.start.byte),
        })
    }
}

/// A path as a reference: only what RFC 3986 leaves alone, and `/`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let digit =
                |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase();
            uri.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    if path.starts_with('/') { format!("file://{uri}") } else { uri }
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_become_references() {
        assert_eq!(super::uri("a b/é:%.toml"), "a%20b/%C3%A9%3A%25.toml");
        assert_eq!(super::uri("/srv/a.toml"), "file:///srv/a.toml");
    }
}
