//! Diagnostics as people read them: `error[code]: message`, the place, the help.

use super::Finding;
use crate::output::Output;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet, renderer::DecorStyle};
use engine_project::{
    FileText, Project,
    diag::{Code, Label, Severity},
};
use std::{borrow::Cow, sync::Arc};

/// At most so many codes are named below the diagnostics.
const MOST_EXPLAINED: usize = 3;

/// Prints diagnostics on standard error; warnings only to those who want to hear more than errors.
pub(crate) fn print(output: &Output, project: &Project, findings: &[Finding]) {
    for finding in findings {
        let text = format!("{}\n", render(output.colors(), project, finding));
        match finding.diagnostic.severity {
            Severity::Error => output.print_error(&text),
            Severity::Warning | Severity::Note => output.talk(&text),
        }
    }
}

/// Says where to read more: the codes of the errors, or else of the warnings, in the order of their first mention.
pub(crate) fn print_more<'a>(output: &Output, findings: impl IntoIterator<Item = &'a Finding> + Clone) {
    let has_errors = findings.clone().into_iter().any(Finding::is_error);
    let mut codes: Vec<Code> = Vec::new();
    let told = |finding: &&Finding| finding.is_error() == has_errors && !finding.is_note();
    for finding in findings.into_iter().filter(told) {
        if !codes.contains(&finding.diagnostic.code) {
            codes.push(finding.diagnostic.code);
        }
    }
    let commands: Vec<String> =
        codes.iter().take(MOST_EXPLAINED).map(|code| format!("`engine explain {code}`")).collect();
    if !commands.is_empty() {
        output.talk(&format!("  More: {}", commands.join(", ")));
    }
}

fn render(colors: bool, project: &Project, finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code.as_str()));
    for (file, labels) in by_file(&diagnostic.labels) {
        let Some(text) = project.texts.get(file) else {
            // A file that could not be read has a name and no lines.
            let at = annotate_snippets::Origin::path(file);
            group = group.element(at);
            continue;
        };
        group = group.element(snippet(text, &labels, diagnostic.hides_value));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    if let Some(concerned) = finding.concerned() {
        group = group.element(Level::NOTE.message(format!("for {concerned}")));
    }
    let mut report = vec![group];
    if let Some(fix) = &diagnostic.fix
        && let Some(text) = project.texts.get(&fix.place.file)
    {
        let patch = Patch::new(fix.place.start..fix.place.end, fix.replacement.as_str());
        let snippet = Snippet::source(text.text()).path(text.file()).patch(patch);
        report.push(Group::with_title(Level::HELP.secondary_title("write it so")).element(snippet));
    }
    let renderer = if colors { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&report)
}

fn snippet<'a>(
    text: &'a Arc<FileText>,
    labels: &[&'a Label],
    hides_value: bool,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = if hides_value { masked(text.text(), labels) } else { Cow::Borrowed(text.text()) };
    let mut snippet = Snippet::source(source).path(text.file()).fold(true);
    for label in labels {
        let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        snippet =
            snippet.annotation(kind.span(label.place.start..label.place.end).label(label.text.as_str()));
    }
    snippet
}

/// The text with stars for what stands between the quotes at the primary label.
fn masked<'a>(text: &'a str, labels: &[&Label]) -> Cow<'a, str> {
    let primary = labels.iter().find(|label| label.primary).map(|label| &label.place);
    let Some((start, end)) = primary.map(|place| (place.start, place.end)) else {
        return Cow::Borrowed(text);
    };
    let (Some(before), Some(value), Some(after)) = (text.get(..start), text.get(start..end), text.get(end..))
    else {
        return Cow::Borrowed(text);
    };
    // As many bytes as before, so that every place stays right.
    let star = |letter: char| match letter {
        '"' | '\'' | '\n' | '\r' => letter.to_string(),
        other => "*".repeat(other.len_utf8()),
    };
    let hidden: String = value.chars().map(star).collect();
    Cow::Owned(format!("{before}{hidden}{after}"))
}

/// Labels by file, the primary one's file first.
fn by_file(labels: &[Label]) -> Vec<(&str, Vec<&Label>)> {
    let mut files: Vec<(&str, Vec<&Label>)> = Vec::new();
    let (primary, others): (Vec<_>, Vec<_>) = labels.iter().partition(|label| label.primary);
    for label in primary.into_iter().chain(others) {
        match files.iter_mut().find(|(file, _)| *file == label.place.file) {
            Some((_, labels)) => labels.push(label),
            None => files.push((&label.place.file, vec![label])),
        }
    }
    files
}
