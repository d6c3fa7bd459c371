//! All the files by which editors find the schemas of a project.

use super::{
    Facts, Kind, Profile, base,
    settings::{self, Merged},
    specialise, specialise_connections,
};
use crate::{
    Files,
    connector::{CONNECTORS, MANIFEST},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where the schemas lie.
const FOLDER: &str = ".engine/schemas";
/// The extension of VS Code that speaks to tombi.
const EXTENSION: &str = "tombi-toml.tombi";

/// What there is to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// The paths of files, relative to the project, and their new texts. Files that are right already are not
    /// among them.
    pub files: Vec<(String, String)>,
    /// What people are told: settings files of theirs that were left alone, and what to add to them.
    pub notes: Vec<String>,
}

/// A schema and the files that it is for.
struct Association<'a> {
    /// The name of its file without the profile.
    name: String,
    /// The paths of the files, relative to the project; `*` stands for any name.
    files: Vec<String>,
    schema: Box<dyn Fn(Profile) -> Value + 'a>,
}

/// Makes the schemas of a project and what leads editors to them.
#[must_use]
pub fn sync(files: &dyn Files, facts: &Facts) -> Synced {
    let associations = associations(files, facts);
    let mut out = Synced::default();
    for association in &associations {
        for profile in Profile::ALL {
            let schema = (association.schema)(profile);
            out.write(files, schema_path(&association.name, profile), format!("{schema}\n"));
        }
    }
    let tombi = part(&associations, Profile::Tombi);
    out.merge(files, "tombi.toml", |path, old| {
        settings::toml(path, old, "toml-version = \"v1.0.0\"\n\n", &tombi)
    });
    let taplo = part(&associations, Profile::Taplo);
    out.merge(files, ".taplo.toml", |path, old| settings::toml(path, old, "", &taplo));
    out.merge(files, ".vscode/settings.json", |path, old| {
        // By default a list of keys goes five levels deep, and takes seconds to make.
        settings::member(path, old, "evenBetterToml.completion.maxKeys", &json!(1))
    });
    out.merge(files, ".vscode/extensions.json", |path, old| {
        settings::element(path, old, "recommendations", EXTENSION)
    });
    out
}

impl Synced {
    fn write(&mut self, files: &dyn Files, path: String, text: String) {
        let is_right = files.read(&path).is_ok_and(|old| old.is_some_and(|old| old == text));
        if !is_right {
            self.files.push((path, text));
        }
    }

    fn merge(&mut self, files: &dyn Files, path: &str, merge: impl FnOnce(&str, Option<&str>) -> Merged) {
        match files.read(path) {
            Err(error) => self.notes.push(format!("{path} was left alone: {error}")),
            Ok(old) => match merge(path, old.as_deref()) {
                Merged::Text(text) => self.write(files, path.to_owned(), text),
                Merged::Alone(note) => self.notes.push(note),
            },
        }
    }
}

fn schema_path(name: &str, profile: Profile) -> String {
    format!("{FOLDER}/{name}.{}.json", profile.name())
}

fn associations<'a>(files: &dyn Files, facts: &'a Facts) -> Vec<Association<'a>> {
    let same = |kind: Kind, paths: &[&str]| Association {
        name: kind.name().to_owned(),
        files: paths.iter().map(|path| (*path).to_owned()).collect(),
        schema: Box::new(move |_| base(kind)),
    };
    let mut out = vec![
        same(Kind::Project, &["engine.toml"]),
        same(Kind::Tenant, &["tenants/*.toml"]),
        Association {
            name: Kind::Connections.name().to_owned(),
            files: vec!["connections.toml".to_owned(), "connections.*.toml".to_owned()],
            schema: Box::new(move |profile| specialise_connections(facts, profile)),
        },
    ];
    if let Some(manifest) = &facts.manifest {
        out.push(Association {
            name: "connector".to_owned(),
            files: vec![format!("{CONNECTORS}/*/{MANIFEST}")],
            schema: Box::new(move |_| manifest.clone()),
        });
    }
    let mut taken: BTreeSet<String> = out.iter().map(|association| association.name.clone()).collect();
    for (path, parts) in crate::load::pipeline_files(files) {
        let name = unique(&path, &mut taken);
        let texts: Vec<String> = parts.iter().filter_map(|part| files.read(part).ok().flatten()).collect();
        let schema = move |profile| {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            specialise(&texts, facts, profile)
        };
        out.push(Association { name, files: parts, schema: Box::new(schema) });
    }
    out
}

/// The name of a pipeline's schema: that of its file, and with its folder where another has it already.
fn unique(path: &str, taken: &mut BTreeSet<String>) -> String {
    let whole = path.strip_suffix(".toml").unwrap_or(path);
    let short = whole.rsplit('/').next().unwrap_or(whole).to_owned();
    let mut name = if taken.contains(&short) { whole.replace('/', "-") } else { short };
    while taken.contains(&name) {
        name.push('-');
    }
    taken.insert(name.clone());
    name
}

/// What a settings file says about all schemas.
fn part(associations: &[Association<'_>], profile: Profile) -> String {
    let one = |association: &Association<'_>| {
        let path = Value::from(schema_path(&association.name, profile));
        let include: Vec<String> = association.files.iter().map(|file| include(file, profile)).collect();
        let include = json!(include);
        match profile {
            Profile::Tombi => format!("[[schemas]]\npath = {path}\ninclude = {include}\n"),
            Profile::Taplo => format!("[[rule]]\ninclude = {include}\n\n[rule.schema]\npath = {path}\n"),
        }
    };
    associations.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// A file as the servers name it: tombi relative to its settings, taplo by its whole path.
fn include(file: &str, profile: Profile) -> String {
    match profile {
        Profile::Tombi => file.to_owned(),
        Profile::Taplo => format!("**/{file}"),
    }
}
