//! Reads the sums by which both sides are compared.

use super::decode::{Refused, missing_key};
use crate::{
    PipelineFile,
    diag::{Code, Diagnostic, Diagnostics, code, suggest},
    model::{Open, ReconcileTable, Table},
    project::{Entity, Figures, Reconcile},
    rule::{Reader, Rule, Source},
    toml::child,
};
use std::collections::BTreeSet;

/// Reads `[[reconcile]]` of a pipeline whose entities are known.
pub(super) fn read(
    pipeline: &PipelineFile,
    tables: &[Table<ReconcileTable>],
    refused: &Refused,
    reader: &mut Reader<'_, '_>,
) -> Vec<Reconcile> {
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let pointer = child("/reconcile", index);
        incomplete(pipeline, &pointer, table, refused, reader.out);
        let Some(reconcile) = compared(&pointer, table, reader) else { continue };
        if !names.insert(reconcile.name.text.clone()) {
            let message = format!("`{}` is the name of two `[[reconcile]]`", reconcile.name.text);
            let twice = Diagnostic::error(code::RECONCILE_NAME, message).at(reconcile.name.place.clone(), "");
            reader.out.push(twice.help("each has a name of its own: commands ask for it"));
        }
        if !refused.touches(&child(&pointer, "source")) && !refused.touches(&child(&pointer, "target")) {
            Check { pipeline, reconcile: &reconcile, out: reader.out }.all();
        }
        all.push(reconcile);
    }
    all
}

fn compared(pointer: &str, table: &ReconcileTable, reader: &mut Reader<'_, '_>) -> Option<Reconcile> {
    let (source, target, by) = (child(pointer, "source"), child(pointer, "target"), child(pointer, "by"));
    let on_source = figures(&source, (&table.source.by, &table.source.sum), reader);
    let on_target = figures(&target, (&table.target.by, &table.target.sum), reader);
    let objects = child(&target, "object");
    let objects = table
        .target
        .object
        .iter()
        .map(|(name, own)| (name.clone(), figures(&child(&objects, name), (&own.by, &own.sum), reader)));
    let objects = objects.collect();
    let document = reader.document;
    Some(Reconcile {
        name: document.text_at(&child(pointer, "name")).filter(|_| table.name.is_some())?,
        by: (0..table.by.len()).filter_map(|index| document.text_at(&child(&by, index))).collect(),
        entity: document.text_at(&child(&source, "entity")).filter(|_| table.source.entity.is_some())?,
        count: table.source.count,
        source: on_source,
        target: on_target,
        objects,
        when: document.text_at(&child(&target, "when")).filter(|_| table.target.when.is_some()),
        place: document.key_place(pointer),
        pointer: pointer.to_owned(),
    })
}

fn figures(side: &str, (by, sum): (&Open, &Open), reader: &mut Reader<'_, '_>) -> Figures {
    let mut rules = |group: &str, table: &Open| {
        let at = child(side, group);
        let read = table.iter().map(|(name, value)| {
            let rules =
                reader.one_or_several(&child(&at, name), value, "a sum or group has at least one rule");
            (name.clone(), rules)
        });
        read.collect()
    };
    Figures { by: rules("by", by), sum: rules("sum", sum) }
}

/// Says which keys are missing, and an entity that is not there.
fn incomplete(
    pipeline: &PipelineFile,
    pointer: &str,
    table: &ReconcileTable,
    refused: &Refused,
    out: &mut Diagnostics,
) {
    let document = &pipeline.document;
    let source = child(pointer, "source");
    if table.name.is_none() && !refused.has(&child(pointer, "name")) {
        out.push(missing_key(document, pointer, "name", "\"sales\""));
    }
    let entity = child(&source, "entity");
    if table.source.entity.is_none() && !refused.has(&entity) {
        let table = if document.get(&source).is_some() { source.as_str() } else { pointer };
        let (key, example) = if table == pointer {
            ("source", "{ entity = \"order\", count = true }")
        } else {
            ("entity", "\"order\"")
        };
        out.push(missing_key(document, table, key, example));
    }
    if let Some(name) = &table.source.entity {
        out.extend(unknown_entity(pipeline, name, &entity));
    }
}

fn unknown_entity(pipeline: &PipelineFile, name: &str, at: &str) -> Option<Diagnostic> {
    if pipeline.entities.contains_key(name) || pipeline.incomplete.contains(&child("/entity", name)) {
        return None;
    }
    let message = format!("the pipeline has no entity `{name}`");
    let diagnostic = Diagnostic::error(code::RECONCILE_ENTITY, message).at(pipeline.place(at), "");
    Some(diagnostic.meant(suggest(name, pipeline.entities.keys().map(String::as_str)), ""))
}

/// What can be said of one `[[reconcile]]` from the file alone.
struct Check<'a> {
    pipeline: &'a PipelineFile,
    reconcile: &'a Reconcile,
    out: &'a mut Diagnostics,
}

impl Check<'_> {
    fn all(&mut self) {
        self.sums();
        self.groups();
        self.rules();
        if let Some(entity) = self.pipeline.entities.get(&self.reconcile.entity.text) {
            self.objects(entity);
            self.one_to_one(entity);
        }
    }

    fn push(&mut self, code: Code, at: &str, message: String, help: &str) {
        let place = self.pipeline.key_place(at);
        self.out.push(Diagnostic::error(code, message).at(place, "").help(help));
    }

    /// Each sum has a counterpart.
    fn sums(&mut self) {
        let Reconcile { source, target, objects, pointer, .. } = self.reconcile;
        let help = "both sides have the same sums: what they say is compared";
        let on_target = |name: &String| {
            target.sum.contains_key(name) || objects.values().any(|own| own.sum.contains_key(name))
        };
        for name in source.sum.keys().filter(|name| !on_target(name)) {
            let message = format!("the sum `{name}` has no counterpart on the side of the target");
            self.push(code::RECONCILE_SUMS, &format!("{pointer}/source/sum/{name}"), message, help);
        }
        let of_target = target.sum.keys().map(|name| (child(&format!("{pointer}/target/sum"), name), name));
        let of_objects = objects.iter().flat_map(|(object, own)| {
            let at = child(&format!("{pointer}/target/object"), object);
            own.sum.keys().map(move |name| (child(&child(&at, "sum"), name), name))
        });
        for (at, name) in of_target.chain(of_objects).filter(|(_, name)| !source.sum.contains_key(*name)) {
            let message = format!("the sum `{name}` has no counterpart on the side of the source");
            self.push(code::RECONCILE_SUMS, &at, message, help);
        }
    }

    /// The source says what each group is; nothing else is grouped by.
    fn groups(&mut self) {
        let Reconcile { by, source, target, objects, pointer, .. } = self.reconcile;
        for name in by.iter().filter(|name| !source.by.contains_key(&name.text)) {
            let message = format!("nothing says what `{}` of a record is", name.text);
            let missing = Diagnostic::error(code::RECONCILE_GROUP, message).at(name.place.clone(), "");
            self.out.push(missing.help(format!("give its rule: `source.by.{} = \"$....\"`", name.text)));
        }
        let sides = [("source".to_owned(), source), ("target".to_owned(), target)];
        let objects = objects.iter().map(|(object, own)| (format!("target/object/{object}"), own));
        for (side, figures) in sides.into_iter().chain(objects) {
            for name in figures.by.keys().filter(|name| by.iter().all(|known| known.text != **name)) {
                let message = format!("`{name}` is not among what `by` lists");
                let help = "name it in `by`, or remove its rule";
                self.push(code::RECONCILE_GROUP, &format!("{pointer}/{side}/by/{name}"), message, help);
            }
        }
    }

    /// A figure comes from the record or the object alone.
    fn rules(&mut self) {
        let Reconcile { source, target, objects, .. } = self.reconcile;
        let figures = [source, target].into_iter().chain(objects.values());
        let rules = figures.flat_map(|figures| figures.by.values().chain(figures.sum.values())).flatten();
        let foreign = |rule: &&Rule| {
            matches!(rule.source, Source::Ref(_) | Source::Find(_)) || rule.on.is_some() || rule.marker
        };
        for rule in rules.filter(foreign) {
            let message = "a sum or group is made from the record or the object alone";
            let found = Diagnostic::error(code::RECONCILE_RULE, message).at(rule.place.clone(), "");
            self.out.push(
                found.help(
                    "use a path, a script, a constant or a variable; not `ref`, `find`, `on`, `marker`",
                ),
            );
        }
    }

    fn objects(&mut self, entity: &Entity) {
        let written: Vec<&str> =
            entity.to.iter().chain(entity.routes.iter().map(|route| &route.to)).map(String::as_str).collect();
        for name in self.reconcile.objects.keys().filter(|name| !written.contains(&name.as_str())) {
            let at = format!("{}/target/object/{name}", self.reconcile.pointer);
            let message = format!("`{}` writes no `{name}`", entity.name);
            let unknown =
                Diagnostic::error(code::RECONCILE_OBJECT, message).at(self.pipeline.key_place(&at), "");
            self.out.push(unknown.meant(suggest(name, written.iter().copied()), ""));
        }
        let general = &self.reconcile.target.sum;
        for name in self.reconcile.source.sum.keys().filter(|name| !general.contains_key(*name)) {
            for object in &written {
                let own = self.reconcile.objects.get(*object);
                let is_somewhere = self.reconcile.objects.values().any(|own| own.sum.contains_key(name));
                if is_somewhere && own.is_none_or(|own| !own.sum.contains_key(name)) {
                    let at = format!("{}/source/sum/{name}", self.reconcile.pointer);
                    let message = format!("the sum `{name}` has no counterpart for `{object}`");
                    let help = "give it in `target.sum` for all objects, or in `target.object` for each";
                    self.push(code::RECONCILE_SUMS, &at, message, help);
                }
            }
        }
    }

    /// One record is one object: else the sums of records are not those of objects.
    fn one_to_one(&mut self, entity: &Entity) {
        let folds = !entity.key.is_empty() && !entity.has_elements;
        if folds || entity.write.shared {
            let message = format!("several records of `{}` become one object", entity.name);
            let at = format!("{}/source/entity", self.reconcile.pointer);
            let help = "sums are compared where each record is an object of its own";
            self.push(code::RECONCILE_FOLDED, &at, message, help);
        }
    }
}
