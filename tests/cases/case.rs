//! One case: patches of the golden project, and what is reported then.

use crate::golden;
use engine_plan::{
    Blueprint, Catalogs, Program, compile,
    testing::{self, Cases, run_test},
};
use engine_project::{
    FileError, FileText, Files, MemoryFiles, Project,
    diag::{Diagnostic, Diagnostics, Severity},
    toml::Document,
};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

/// A case as its file says it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Case {
    /// What is wrong in one sentence.
    description: String,
    /// The pipeline that is asked for; all when none is named.
    pipeline: Option<String>,
    /// The environment that is asked for.
    environment: Option<String>,
    /// Whether notes are looked at too.
    notes: bool,
    /// Everything that is reported.
    pub(crate) expected: String,
    /// Texts that are replaced; each stands exactly once in its file.
    patch: Vec<Patch>,
    /// Whole files.
    file: Vec<Whole>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    file: String,
    find: String,
    replace: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Whole {
    path: String,
    /// Its text; without one the file is gone.
    text: Option<String>,
    /// How often the text is repeated.
    times: Option<usize>,
    /// Why reading it fails.
    unreadable: Option<String>,
}

/// Files of which some cannot be read.
#[derive(Default)]
struct CaseFiles {
    good: MemoryFiles,
    unreadable: BTreeMap<String, String>,
}

impl Files for CaseFiles {
    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        match self.unreadable.get(path) {
            Some(why) => Err(FileError(why.clone())),
            None => self.good.read(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.good.list(folder)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.good.folders(folder)
    }
}

impl Case {
    pub(crate) fn parse(name: &str, text: &str) -> Self {
        let mut found = Diagnostics::default();
        let document = Document::parse(&Arc::new(FileText::new(name, text)), &mut found);
        let document = document.unwrap_or_else(|| panic!("{name}: {found:?}"));
        let case: Self = serde_json::from_value(document.json().clone()).unwrap_or_else(|error| {
            panic!("{name}: {error}");
        });
        assert!(!case.description.is_empty(), "{name} has no description");
        case
    }

    fn files(&self) -> CaseFiles {
        let mut files = CaseFiles { good: MemoryFiles(golden::files()), ..CaseFiles::default() };
        for Patch { file, find, replace } in &self.patch {
            let text = files.good.0.get_mut(file).unwrap_or_else(|| panic!("there is no file `{file}`"));
            assert_eq!(text.matches(find.as_str()).count(), 1, "`{find}` stands once in `{file}`");
            *text = text.replace(find.as_str(), replace);
        }
        for whole in &self.file {
            let text = whole.text.as_ref().map(|text| text.repeat(whole.times.unwrap_or(1)));
            match (&whole.unreadable, text) {
                (Some(why), _) => drop(files.unreadable.insert(whole.path.clone(), why.clone())),
                (None, Some(text)) => drop(files.good.0.insert(whole.path.clone(), text)),
                (None, None) => drop(files.good.0.remove(&whole.path)),
            }
        }
        files
    }

    /// Everything that `validate` reports.
    pub(crate) fn outcome(&self) -> String {
        let (project, blueprints, catalogs, mut found) = self.compiled();
        let registry = connectors::registry();
        let mut cases = Cases::new(&project, &registry, &catalogs, &blueprints, None);
        let is_sound = |name: &str| blueprints.iter().any(|one| one.pipeline == name);
        let sound = project.pipelines.iter().filter(|one| is_sound(&one.name));
        let cases: Vec<_> = sound.flat_map(|pipeline| cases.of(pipeline, |_| true)).collect();
        found.extend(testing::check(&cases));
        let mut out = String::new();
        let mut found = found.sorted();
        found.retain(|diagnostic| self.notes || diagnostic.severity != Severity::Note);
        for diagnostic in &found {
            describe(diagnostic, &mut out);
        }
        out
    }

    /// How many tests of the project pass.
    pub(crate) fn passing_tests(&self) -> usize {
        let (project, blueprints, ..) = self.compiled();
        let passes = |blueprint: &Arc<Blueprint>| {
            let program = Program::build(blueprint).unwrap();
            let tests = &project.pipeline(&blueprint.pipeline).unwrap().tests;
            tests.iter().filter(|test| run_test(&program, test).passed).count()
        };
        blueprints.iter().map(passes).sum()
    }

    fn compiled(&self) -> (Project, Vec<Arc<Blueprint>>, Catalogs, Diagnostics) {
        let files = self.files();
        let environment = BTreeMap::from([("DATA_DIR".to_owned(), "data".to_owned())]);
        let (project, mut found) = engine_project::load(&files, &environment, self.environment.as_deref());
        let (registry, more) = engine_cli::registry(&project);
        found.extend(more);
        let mut catalogs = golden::catalogs(&files.good.0["catalogs.json"]);
        for (name, connection) in &project.connections {
            let offer = registry.get(&connection.connector).and_then(|connector| connector.describe());
            if let Some(offer) = offer.filter(|_| !catalogs.0.contains_key(name)) {
                catalogs.0.insert(name.clone(), offer);
            }
        }
        let names = match &self.pipeline {
            Some(name) => vec![name.clone()],
            None => project.pipelines.iter().map(|pipeline| pipeline.name.clone()).collect(),
        };
        let mut blueprints = Vec::new();
        for name in names {
            let (blueprint, more) = compile(&project, &name, &project.tenants[0], &registry, &catalogs);
            found.extend(more);
            blueprints.extend(blueprint.map(Arc::new));
        }
        if found.has_errors() {
            blueprints.clear();
        }
        (project, blueprints, catalogs, found)
    }
}

/// `code file:line:column message`, then what its labels, its help and its fix say.
fn describe(diagnostic: &Diagnostic, out: &mut String) {
    write!(out, "{}", diagnostic.code).unwrap();
    if let Some(place) = diagnostic.place() {
        write!(out, " {place}:{}", place.column).unwrap();
    }
    if diagnostic.severity != Severity::Error {
        write!(out, " {}:", diagnostic.severity.as_str()).unwrap();
    }
    writeln!(out, " {}", diagnostic.message).unwrap();
    for label in diagnostic.labels.iter().filter(|label| label.primary && !label.text.is_empty()) {
        writeln!(out, "    label: {}", label.text).unwrap();
    }
    for label in diagnostic.labels.iter().filter(|label| !label.primary) {
        writeln!(out, "    see {}:{} {}", label.place, label.place.column, label.text).unwrap();
    }
    if let Some(help) = &diagnostic.help {
        writeln!(out, "    help: {help}").unwrap();
    }
    if let Some(fix) = &diagnostic.fix {
        writeln!(out, "    fix {}:{} {}", fix.place, fix.place.column, fix.replacement).unwrap();
    }
}

/// A case's text with another `expected`.
pub(crate) fn with_expected(text: &str, outcome: &str) -> String {
    const OPEN: &str = "expected = '''\n";
    let block = format!("{OPEN}{outcome}'''\n");
    if let Some((before, rest)) = text.split_once(OPEN) {
        let (_, after) = rest.split_once("'''\n").unwrap_or_default();
        return format!("{before}{block}{after}");
    }
    // The first line is the description.
    let (first, after) = text.split_once('\n').unwrap_or((text, ""));
    format!("{first}\n{block}{after}")
}
