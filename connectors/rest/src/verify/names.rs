//! Names of files and fields that must exist.

use super::Scene;
use crate::{problem::Problem, source::is_schema};
use engine_contract::{EntitySchema, Field};

/// Lower-case letters, digits and dashes.
pub(super) fn is_plain(name: &str) -> bool {
    let is_letter = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    !name.is_empty() && name.bytes().all(is_letter)
}

/// The schema that a stream or object names.
pub(super) fn schema<'a>(
    scene: &'a Scene<'_>,
    table: [&str; 2],
    file: &str,
    out: &mut Vec<Problem>,
) -> Option<&'a EntitySchema> {
    let [kind, name] = table;
    let path = [kind, name, "schema"];
    if !scene.files.contains_key(file) {
        let files = scene.files.keys().filter(|file| is_schema(file)).map(String::as_str);
        out.push(scene.problem(&path, format!("there is no file `{file}`")).near(file, files));
        return None;
    }
    // A file that could not be read has had its problem already.
    let Some(schema) = scene.schemas.get(file) else {
        if !is_schema(file) {
            out.push(scene.problem(&path, "schemas are `streams/NAME.json` and `objects/NAME.json`"));
        }
        return None;
    };
    if schema.name != name {
        let message = format!("`{file}` has the fields of `{}`, not of `{name}`", schema.name);
        out.push(scene.problem(&path, message));
    }
    Some(schema)
}

/// The fields that a list names; those that do not exist are problems.
pub(super) fn fields<'a>(
    scene: &Scene<'_>,
    schema: &'a EntitySchema,
    path: &[&str],
    names: &[String],
    out: &mut Vec<Problem>,
) -> Vec<&'a Field> {
    let mut found = Vec::new();
    for name in names {
        let place: Vec<_> = path.iter().copied().chain([name.as_str()]).collect();
        if let Some(field) = schema.field(name) {
            found.push(field);
            continue;
        }
        let known = schema.fields.iter().map(|field| field.name.as_str());
        let message = format!("`{}` has no field `{name}`", schema.name);
        out.push(scene.problem(&place, message).near(name, known));
    }
    found
}
