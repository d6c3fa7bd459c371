//! Diagnostics as annotations of GitHub Actions: `::error file=...,line=...::message`.

use super::{Finding, file_shown, span};
use engine_project::{Project, diag::Severity};
use std::path::Path;

/// One line per diagnostic.
pub(crate) fn lines(dir: &Path, project: &Project, findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| line(dir, project, finding)).collect()
}

fn line(dir: &Path, project: &Project, finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = diagnostic.place() {
        let range = span(project, place);
        properties.push(format!("file={}", property(&file_shown(dir, &place.file))));
        properties.push(format!("line={},endLine={}", range.start.line, range.end.line));
        // Columns of a range over several lines are refused.
        if range.start.line == range.end.line {
            properties.push(format!("col={},endColumn={}", range.start.column, range.end.column));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code.as_str())));
    let mut message = diagnostic.message.clone();
    let notes = finding.concerned().into_iter().chain(diagnostic.help.clone());
    message.extend(notes.map(|note| format!("\n{note}")));
    format!("::{command} {}::{}", properties.join(","), data(&message))
}

/// The text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_project::{
        FileText,
        diag::{Diagnostic, code},
    };
    use std::sync::Arc;

    #[test]
    fn what_ends_a_command_or_a_property_is_escaped() {
        let mut project = Project::default();
        let text = Arc::new(FileText::new("a,b:c.toml", "ab\ncd = 1\n"));
        let place = text.place(3..5);
        let lines_apart = text.place(0..5);
        project.texts.insert("a,b:c.toml".to_owned(), text);
        let found = Diagnostic::warning(code::UNKNOWN_KEY, "100% wrong,\r\nsurely: yes").at(place, "");
        let finding = Finding { diagnostic: found.help("drop it"), tenants: vec!["acme".to_owned()] };
        assert_eq!(
            line(Path::new("shop"), &project, &finding),
            "::warning file=shop/a%2Cb%3Ac.toml,line=2,endLine=2,col=1,endColumn=3,title=format/unknown-key\
             ::100%25 wrong,%0D%0Asurely: yes%0Atenant `acme`%0Adrop it"
        );
        let wide = Diagnostic::error(code::UNKNOWN_KEY, "x").at(lines_apart, "").into();
        assert!(line(Path::new("."), &project, &wide).contains("line=1,endLine=2,title="));
    }
}
