//! Diagnostics as data.

use super::{Finding, Span, span};
use engine_project::{Place, Project};
use serde::Serialize;

/// One diagnostic.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    /// Left out where all are concerned.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tenants: &'a [String],
    labels: Vec<LabelDocument<'a>>,
    help: Option<&'a str>,
    fix: Option<FixDocument<'a>>,
}

#[derive(Debug, Serialize)]
struct LabelDocument<'a> {
    file: &'a str,
    #[serde(flatten)]
    span: Span,
    text: &'a str,
    primary: bool,
}

#[derive(Debug, Serialize)]
struct FixDocument<'a> {
    file: &'a str,
    #[serde(flatten)]
    span: Span,
    replacement: &'a str,
}

/// One document per diagnostic.
pub(crate) fn documents<'a>(project: &Project, findings: &'a [Finding]) -> Vec<Document<'a>> {
    findings.iter().map(|finding| document(project, finding)).collect()
}

fn document<'a>(project: &Project, finding: &'a Finding) -> Document<'a> {
    let diagnostic = &finding.diagnostic;
    let at = |place: &Place| span(project, place);
    let labels = diagnostic.labels.iter().map(|label| LabelDocument {
        file: &label.place.file,
        span: at(&label.place),
        text: &label.text,
        primary: label.primary,
    });
    Document {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        tenants: &finding.tenants,
        labels: labels.collect(),
        help: diagnostic.help.as_deref(),
        fix: diagnostic.fix.as_ref().map(|fix| FixDocument {
            file: &fix.place.file,
            span: at(&fix.place),
            replacement: &fix.replacement,
        }),
    }
}
