//! A diagnostic, and whom it concerns.

use crate::words::list;
use engine_project::diag::{Diagnostic, Severity};

/// A diagnostic of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) diagnostic: Diagnostic,
    /// The tenants that it concerns; none where it concerns all that there are.
    pub(crate) tenants: Vec<String>,
}

impl Finding {
    pub(crate) fn is_note(&self) -> bool {
        self.diagnostic.severity == Severity::Note
    }

    pub(crate) fn is_error(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }

    /// Whom it concerns, in words, where it does not concern all.
    pub(crate) fn concerned(&self) -> Option<String> {
        let names: Vec<&str> = self.tenants.iter().map(String::as_str).collect();
        let word = if names.len() == 1 { "tenant" } else { "tenants" };
        (!names.is_empty()).then(|| format!("{word} {}", list(names.iter().copied())))
    }
}

impl From<Diagnostic> for Finding {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, tenants: Vec::new() }
    }
}

/// How many errors and warnings there are.
pub(crate) fn counts<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> (usize, usize) {
    findings.into_iter().fold((0, 0), |(errors, warnings), finding| {
        if finding.is_error() { (errors + 1, warnings) } else { (errors, warnings + 1) }
    })
}
