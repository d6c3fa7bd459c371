//! The connectors that a project brings, beside those that come with the engine.

use connector_rest::{Described, Problem, ProblemKind};
use engine_contract::{
    Access, Capabilities, Connection, Context, Discovery, DynConnector, InvalidConfig, Registry,
    Result as ConnectorResult, async_trait,
};
use engine_project::{
    Place, Project,
    connector::{ConnectorFiles, MANIFEST},
    diag::{Code, Diagnostic, Diagnostics, Severity, code, suggest},
};
use serde_json::Value;
use std::sync::Arc;

/// All connectors that a project may name, and what is wrong with its own.
#[must_use]
pub fn registry(project: &Project) -> (Registry, Diagnostics) {
    let bundled = connectors::registry();
    let (mut registry, mut out) = (bundled.clone(), Diagnostics::default());
    for files in project.connectors.values() {
        let (described, found) = read(files, &bundled);
        out.extend(found);
        registry = match described {
            Some(described) => registry.with_erased(Arc::new(described)),
            // Its connections are not called unknown for that: one mistake is told once.
            None if registry.get(&files.name).is_none() => {
                registry.with_erased(Arc::new(Broken(files.name.clone())))
            }
            None => registry,
        };
    }
    (registry, out)
}

/// One connector, and what is wrong with its files. A folder that holds nothing but what was recorded of a
/// connector of the engine is none of its own.
pub(crate) fn read(files: &ConnectorFiles, bundled: &Registry) -> (Option<Described>, Diagnostics) {
    let mut out = Diagnostics::default();
    let is_bundled = bundled.get(&files.name).is_some();
    if !files.is_readable || (is_bundled && files.texts.is_empty()) {
        return (None, out);
    }
    if files.manifest.is_none() {
        let message = format!("`{}` has no {MANIFEST}", files.folder());
        let help = format!("`engine connector new {}` writes one", files.name);
        out.push(Diagnostic::error(code::CONNECTOR_NO_MANIFEST, message).help(help));
        return (None, out);
    }
    if is_bundled {
        let message = format!("there is a connector `{}` in the engine already", files.name);
        let diagnostic =
            Diagnostic::error(code::CONNECTOR_SHADOWS, message).at(files.place("/connector/name"), "");
        out.push(diagnostic.help("give the folder and the connector another name"));
        return (None, out);
    }
    let (described, problems) = Described::read_all(&files.plain());
    out.extend(problems.iter().map(|problem| diagnostic(files, problem)));
    let name = described.as_ref().map(|described| DynConnector::name(described).to_owned());
    if let Some(name) = name.filter(|name| *name != files.name) {
        let message = format!("the connector `{name}` stands in the folder `{}`", files.folder());
        let place = files.place("/connector/name");
        let wrong = Diagnostic::error(code::CONNECTOR_NAME, message).at(place.clone(), "");
        out.push(
            wrong.help("a connector is called like its folder").fix(place, format!("\"{}\"", files.name)),
        );
        return (None, out);
    }
    (described, out)
}

fn diagnostic(files: &ConnectorFiles, problem: &Problem) -> Diagnostic {
    let told = match &problem.kind {
        ProblemKind::Shape { pointer } => return files.misshaped(pointer, &problem.message),
        kind => files.wrong(code_of(kind), &problem.file, problem.range.clone(), &problem.message),
    };
    let told = match &problem.near {
        Some(near) => {
            let meant = suggest(&near.name, near.known.iter().map(String::as_str));
            // In a text with other words around the name, only a person can put it right.
            let is_whole = told.place().is_some_and(|place| is_name(files, place, &near.name));
            match meant {
                Some(meant) if is_whole => told.meant(Some(meant), ""),
                Some(meant) => told.help(format!("did you mean `{meant}`?")),
                None => told,
            }
        }
        None => told,
    };
    let told = match (&problem.help, &told.help) {
        (Some(help), None) => told.help(help),
        _ => told,
    };
    Diagnostic { severity: if problem.is_warning() { Severity::Warning } else { Severity::Error }, ..told }
}

/// Whether a place is a text that holds a name and nothing else.
fn is_name(files: &ConnectorFiles, place: &Place, name: &str) -> bool {
    let text = files.texts.values().find(|text| text.file() == place.file);
    let held = text.and_then(|text| text.text().get(place.start..place.end));
    held == Some(format!("\"{name}\"").as_str())
}

fn code_of(kind: &ProblemKind) -> Code {
    match kind {
        ProblemKind::Syntax | ProblemKind::Shape { .. } | ProblemKind::Sense => code::CONNECTOR_SENSE,
        ProblemKind::Fields => code::CONNECTOR_FIELDS,
        ProblemKind::HookSyntax => code::CONNECTOR_HOOK_SYNTAX,
        ProblemKind::Hook => code::CONNECTOR_HOOK,
        ProblemKind::MuchScript => code::CONNECTOR_MUCH_SCRIPT,
    }
}

/// Stands for a connector whose files have mistakes: nothing is known of it, and nothing runs.
struct Broken(String);

#[async_trait]
impl DynConnector for Broken {
    fn name(&self) -> &str {
        &self.0
    }

    fn settings_schema(&self) -> Value {
        Value::Bool(true)
    }

    fn describe(&self) -> Option<Discovery> {
        None
    }

    fn check(&self, _: &Value) -> Result<(), InvalidConfig> {
        Ok(())
    }

    async fn open(&self, _: &Context, _: &Value, _: Access) -> ConnectorResult<Connection> {
        Ok(Connection { capabilities: Capabilities::default(), source: None, target: None })
    }

    async fn discover(&self, _: &Context, _: &Value) -> ConnectorResult<Discovery> {
        Ok(Discovery::default())
    }
}
