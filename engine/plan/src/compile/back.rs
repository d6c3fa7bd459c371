//! The way back: what source fields become when people change the target.
//!
//! A rule that only moves a value runs backwards by itself: one path of member names, and transforms that lose nothing.
//! For all others `map_back` says what the source gets. Changes of a field that neither covers stay in the target, and its
//! author says what becomes of them there: `conflict_fields` with `source_wins` or `target_wins`.

use super::lower;
use crate::{
    Back, Blueprint, Entity, Group, Lookup, Route, SyncPolicy, WritePolicy,
    mapping::{Field, Mapping, Node, PathRule, Root, Rule, Source, TargetField, TransformStep, Way},
    scene::{Scene, lookups},
    transform::{Overflow, Transform},
};
use engine_contract::{EntitySchema, FieldType, Map, Path, Step, StreamInfo, Value};
use engine_project::{
    Place,
    diag::suggest,
    model::{Conflict, Delete, Direction, NameTaken, NewInTarget, OnCancel, OnMappingChange, WhenClosed},
    project,
    rule::On,
};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// A mapping that runs backwards.
#[derive(Debug, Default)]
pub(crate) struct Reversed {
    /// The fields of the source object.
    pub(super) map: Mapping,
    /// The target fields that each of them is made from, by dotted paths on both sides.
    pub(super) reads: IndexMap<String, Vec<String>>,
    /// Lookups, read from right to left.
    pub(super) lookups: BTreeMap<String, Lookup>,
    /// Whether an object that is new in the target can be made in the source.
    pub(super) creates: bool,
    /// What keeps it from running backwards.
    pub(crate) problems: Vec<Problem>,
}

/// Why changes of a field would not come back.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) place: Place,
    pub(crate) help: String,
}

/// Whether an entity's changes flow back.
pub(crate) fn is_two_way(entity: &project::Entity) -> bool {
    entity.policy.direction == Direction::TwoWay
}

/// The entity's mapping, reversed; nothing when a check has reported why it has none.
pub(crate) fn reversed(scene: &Scene<'_>, entity: &project::Entity) -> Option<Reversed> {
    let lowered = lower::entity(scene, entity)?;
    let [route] = lowered.routes.as_slice() else { return None };
    let source = scene.source_object(&entity.from);
    let mut way = Reversal {
        scene,
        target: scene.schema(&route.object),
        source,
        written: BTreeSet::new(),
        found: Reversed::default(),
    };
    written(&route.map, "", &mut way.written);
    way.conflict_fields(entity);
    way.map_back(&lowered.sync);
    way.members(&route.map, "", &lowered.sync);
    way.found.creates = entity.policy.new_in_target == NewInTarget::Create && way.can_create();
    Some(way.found)
}

/// The whole pipeline, reversed: nothing where no entity flows back.
pub(super) fn pipeline(scene: &Scene<'_>, blueprint: &Blueprint) -> Option<Blueprint> {
    let mut back = Blueprint {
        source: blueprint.target.clone(),
        target: blueprint.source.clone(),
        moved: Vec::new(),
        entities: Vec::new(),
        tables: BTreeMap::new(),
        groups: Vec::new(),
        reconcile: Vec::new(),
        back: None,
        lookups: BTreeMap::new(),
        ..blueprint.clone()
    };
    for entity in &blueprint.entities {
        let file = scene.file.entities.get(&entity.name).filter(|file| is_two_way(file));
        let Some((file, route)) = file.zip(entity.routes.first()) else { continue };
        let Reversed { map, reads, lookups, creates, .. } = reversed(scene, file)?;
        back.lookups.extend(lookups);
        let match_on = back_match(entity, &reads, scene.source_object(&file.from));
        let stream = scene.target_stream(&route.object)?;
        let personal = personal(scene, &file.from, &reads);
        let name = Back::name_of(&entity.name);
        back.groups.push(Group {
            name: name.clone(),
            stream: stream.name.clone(),
            cursor: stream.cursors.first().cloned(),
            options: Map::new(),
            filter: in_use(stream),
            entities: vec![back.entities.len()],
            after: Vec::new(),
        });
        back.entities.push(Entity {
            name,
            place: entity.place.clone(),
            key: Vec::new(),
            each: None,
            when: None,
            when_ref: None,
            routes: vec![Route {
                name: None,
                object: file.from.clone(),
                when: None,
                when_ref: None,
                marker: None,
                personal,
                map,
            }],
            write: policy(match_on, entity.write.at_least_once),
            asserts: Vec::new(),
            sync: SyncPolicy::default(),
            parents: Vec::new(),
            mapping_hash: entity.mapping_hash.clone(),
            admission_hash: entity.admission_hash.clone(),
            back: Some(Back { of: entity.name.clone(), creates, reads }),
        });
    }
    (!back.entities.is_empty()).then_some(back)
}

/// Services that delete nothing put objects out of use instead, some under another name: they are gone, and deletions do not
/// flow back.
fn in_use(stream: &StreamInfo) -> Map {
    let has_filter =
        stream.filters.iter().any(|filter| filter.name == "active" && filter.kind == FieldType::Boolean);
    has_filter.then(|| ("active".to_owned(), Value::Bool(true))).into_iter().collect()
}

/// What is written back is never taken away.
fn policy(match_on: Vec<String>, at_least_once: bool) -> WritePolicy {
    WritePolicy {
        match_on,
        replace_within: false,
        delete: Delete::Keep,
        deleted_field: None,
        on_cancel: OnCancel::Keep,
        when_closed: WhenClosed::Block,
        name_taken: NameTaken::Fail,
        on_mapping_change: OnMappingChange::Replan,
        max_deletes: None,
        update: true,
        shared: false,
        at_least_once,
    }
}

/// The source fields by which a record is recognised that is there already: those that the forward fields are made from, where
/// the source can be searched by them.
fn back_match(
    entity: &Entity,
    reads: &IndexMap<String, Vec<String>>,
    source: Option<&EntitySchema>,
) -> Vec<String> {
    let from = |field: &String| {
        let found = reads.iter().find(|(_, read)| read.len() == 1 && read.contains(field));
        found.map(|(name, _)| name.clone())
    };
    let fields: Option<Vec<String>> = entity.write.match_on.iter().map(from).collect();
    let is_searched = |field: &String| {
        source.is_some_and(|source| source.offer.find_by.is_empty() || source.offer.find_by.contains(field))
    };
    fields.filter(|fields| fields.iter().all(is_searched)).unwrap_or_default()
}

/// Which of the source's fields may hold personal texts: what it marks, and everything where it marks nothing.
fn personal(scene: &Scene<'_>, stream: &str, reads: &IndexMap<String, Vec<String>>) -> Vec<String> {
    let schemas = scene.source().map(|source| source.stream_schemas.as_slice()).unwrap_or_default();
    let schema = schemas.iter().find(|schema| schema.name == stream);
    let is_personal = |path: &&String| match schema {
        Some(schema) => schema.field(path).is_none_or(|field| field.is_personal),
        None => true,
    };
    reads.keys().filter(is_personal).cloned().collect()
}

/// Reverses one mapping.
struct Reversal<'a> {
    scene: &'a Scene<'a>,
    target: Option<&'a EntitySchema>,
    source: Option<&'a EntitySchema>,
    /// The target fields that the map writes, by their dotted paths.
    written: BTreeSet<String>,
    found: Reversed,
}

impl Reversal<'_> {
    /// Fields for which somebody is to win, though the map does not write them.
    fn conflict_fields(&mut self, entity: &project::Entity) {
        for (path, (_, place)) in &entity.policy.conflict_fields {
            if !self.written.contains(path) {
                let near = suggest(path, self.written.iter().map(String::as_str));
                let help = near.map_or_else(
                    || "name a field of the map by its whole path: `PrimaryPhone.FreeFormNumber`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let message = format!("`{path}` is never in conflict: the map does not write it");
                self.found.problems.push(Problem { message, place: place.clone(), help });
            }
        }
    }

    /// What the author says.
    fn map_back(&mut self, sync: &SyncPolicy) {
        for (name, rule) in &sync.map_back {
            let paths = match &rule.source {
                Source::Path(paths) => paths.as_slice(),
                // What a record gets that is made of an object which is new in the target.
                Source::Const(_) if rule.on == Some(On::Create) => &[],
                _ => {
                    let why =
                        "`map_back` takes paths into the target object, and values with `on = \"create\"`";
                    self.problem(name, rule, why);
                    continue;
                }
            };
            let read: Option<Vec<String>> = paths.iter().map(dotted).collect();
            let Some(read) = read else {
                self.problem(
                    name,
                    rule,
                    "`map_back` takes paths of member names: `$.PrimaryPhone.FreeFormNumber`",
                );
                continue;
            };
            let known = self.source_field(name);
            if known.is_some_and(|known| known.read_only) {
                self.problem(name, rule, "the source does not let it be written");
                continue;
            }
            if known.is_none() && self.source.is_some_and(|source| !source.fields.is_empty()) {
                self.problem(name, rule, "it is no field that the source takes");
                continue;
            }
            if let Some(unknown) = read.iter().find(|path| !self.written.contains(path.as_str())) {
                let why =
                    format!("the map does not write `{unknown}`, so that nobody can tell when it changes");
                self.problem(name, rule, &why);
                continue;
            }
            // What only new records get carries no change back.
            let read = if rule.on == Some(On::Create) { Vec::new() } else { read };
            self.put(name, rule.clone(), read);
        }
    }

    fn problem(&mut self, name: &str, rule: &Rule, why: &str) {
        self.found.problems.push(Problem {
            message: format!("nothing can be carried back to `{name}`: {why}"),
            place: rule.place.clone(),
            help: "name the target field that it comes from".to_owned(),
        });
    }

    /// What runs backwards by itself.
    fn members(&mut self, mapping: &Mapping, within: &str, sync: &SyncPolicy) {
        for (name, field) in &mapping.fields {
            let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
            match &field.node {
                Node::Object(inner) => self.members(inner, &path, sync),
                Node::Rules(rules) => self.leaf(&path, field, Some(rules), sync),
                Node::Blocks(_) => self.leaf(&path, field, None, sync),
            }
        }
    }

    fn leaf(&mut self, path: &str, field: &Field, rules: Option<&Vec<Rule>>, sync: &SyncPolicy) {
        if rules.is_some_and(|rules| is_set(rules)) {
            return;
        }
        let why = match rules.map(Vec::as_slice) {
            Some([rule]) => match self.inverse(path, rule) {
                Ok((to, inverse)) => {
                    self.put(&to, inverse, vec![path.to_owned()]);
                    return;
                }
                Err(why) => why,
            },
            Some(_) => "several rules make it".to_owned(),
            None => "a list is made of several records' parts".to_owned(),
        };
        let is_read = |read: &Vec<String>| read.iter().any(|one| one == path);
        if self.found.reads.values().any(is_read) {
            return;
        }
        if let Some(Conflict::SourceWins | Conflict::TargetWins) = sync.conflict_fields.get(path) {
            return;
        }
        self.found.problems.push(Problem {
            message: format!("changes of `{path}` cannot be carried back: {why}"),
            place: field.place.clone(),
            help: format!(
                "say where they go, `map_back.\"<source field>\" = \"$.{path}\"`, or which side keeps its own, \
                 `conflict_fields.\"{path}\" = \"source_wins\"` or `\"target_wins\"`"
            ),
        });
    }

    /// The rule that leads from the target field to the source field, with that field's name.
    fn inverse(&mut self, path: &str, rule: &Rule) -> Result<(String, Rule), String> {
        let Source::Path(paths) = &rule.source else { return Err("a script makes it".to_owned()) };
        let [only] = paths.as_slice() else { return Err("it comes from several paths".to_owned()) };
        let to = dotted(only).ok_or_else(|| format!("`{}` is no path of member names", only.text))?;
        if rule.when.is_some() {
            return Err("its rule has a condition".to_owned());
        }
        if self.found.reads.contains_key(&to) {
            return Err(format!("`{to}` of the source is made from another field already"));
        }
        let known = self.source_field(&to);
        if known.is_some_and(|known| known.read_only) {
            return Err(format!("the source does not let `{to}` be written"));
        }
        if known.is_none() && self.source.is_some_and(|source| !source.fields.is_empty()) {
            return Err(format!("`{to}` is no field that the source takes"));
        }
        let to_kind = known.map(|known| known.kind);
        let mut transform = Vec::new();
        if let Some(kind) = to_kind {
            transform.extend(conversion(kind).map(|transform| step(transform, rule)));
        }
        for one in rule.transform.iter().rev() {
            match self.undone(path, &one.transform) {
                Some(undone) => transform.extend(undone.into_iter().map(|transform| step(transform, rule))),
                None => return Err(format!("`{}` cannot be undone", one.transform.name())),
            }
        }
        let lookup = match &rule.lookup {
            Some(name) => Some(self.mirrored(name)?),
            None => None,
        };
        let back = PathRule {
            text: format!("$.{path}"),
            root: Root::Record,
            way: Way::One(Path::of_keys(path.split('.'))),
            place: rule.place.clone(),
        };
        let (default, required, on, when, marker) = (None, false, None, None, false);
        let (source, place) = (Source::Path(vec![back]), rule.place.clone());
        Ok((to, Rule { source, transform, lookup, default, required, on, when, marker, place }))
    }

    /// What undoes a transform: nothing is to be done where it keeps what the target can hold as it is.
    fn undone(&self, path: &str, transform: &Transform) -> Option<Vec<Transform>> {
        let target = self.target.and_then(|target| target.field(path));
        match transform {
            Transform::Text
            | Transform::Trim
            | Transform::Integer
            | Transform::Decimal
            | Transform::Boolean => Some(Vec::new()),
            Transform::Negate => Some(vec![Transform::Negate]),
            // What the target can hold at all is not cut.
            Transform::Fit { length, overflow: Overflow::Cut | Overflow::Fail } => {
                let most = target.and_then(|target| target.max_length)?;
                (*length >= most).then(Vec::new)
            }
            _ => None,
        }
    }

    /// The name of a lookup that is read from right to left.
    fn mirrored(&mut self, name: &str) -> Result<String, String> {
        let all = lookups(self.scene);
        let table = all.get(name).ok_or_else(|| format!("there is no lookup `{name}`"))?;
        let mut values = BTreeMap::new();
        for (from, to) in &table.values {
            let text =
                to.scalar_text().ok_or_else(|| format!("lookup `{name}` has values that are no texts"))?;
            if values.insert(text, Value::from(from.as_str())).is_some() {
                return Err(format!("lookup `{name}` has one value for several"));
            }
        }
        let mirrored = Back::name_of(name);
        self.found.lookups.insert(mirrored.clone(), Lookup { values, default: None });
        Ok(mirrored)
    }

    fn source_field(&self, path: &str) -> Option<&engine_contract::Field> {
        self.source?.field(path)
    }

    fn put(&mut self, name: &str, rule: Rule, reads: Vec<String>) {
        let known = self.source_field(name);
        let target = known.map(|known| TargetField {
            kind: known.kind,
            required: known.required,
            max_length: known.max_length,
            one_of: known.one_of.clone(),
        });
        let place = rule.place.clone();
        let field = Field { node: Node::Rules(vec![rule]), target, place: place.clone() };
        insert(&mut self.found.map, name, field, &place);
        self.found.reads.insert(name.to_owned(), reads);
    }

    /// Whether every field without which the source makes nothing is covered.
    fn can_create(&self) -> bool {
        let Some(source) = self.source else { return true };
        let covered: BTreeSet<&str> =
            self.found.reads.keys().map(|path| path.split('.').next().unwrap_or(path)).collect();
        source.fields.iter().all(|field| !field.required || covered.contains(field.name.as_str()))
    }
}

/// The dotted paths of the fields that a map writes; lists are whole.
fn written(map: &Mapping, within: &str, found: &mut BTreeSet<String>) {
    for (name, field) in &map.fields {
        let path = if within.is_empty() { name.clone() } else { format!("{within}.{name}") };
        match &field.node {
            Node::Object(inner) => written(inner, &path, found),
            Node::Rules(_) | Node::Blocks(_) => drop(found.insert(path)),
        }
    }
}

/// Whether the pipeline itself sets a field: what people make of it in the target has nowhere to go.
fn is_set(rules: &[Rule]) -> bool {
    let by_pipeline = |rule: &Rule| {
        rule.marker
            || rule.on.is_some()
            || matches!(rule.source, Source::Const(_) | Source::Ref(_) | Source::Find(_))
    };
    rules.iter().all(by_pipeline)
}

fn step(transform: Transform, rule: &Rule) -> TransformStep {
    TransformStep { transform, place: rule.place.clone() }
}

/// What makes a value fit a field of a kind.
fn conversion(kind: FieldType) -> Option<Transform> {
    match kind {
        FieldType::Text => Some(Transform::Text),
        FieldType::Decimal => Some(Transform::Decimal),
        FieldType::Integer => Some(Transform::Integer),
        FieldType::Boolean => Some(Transform::Boolean),
        _ => None,
    }
}

/// The names of a path of member names with dots between them.
fn dotted(path: &PathRule) -> Option<String> {
    let Way::One(way) = &path.way else { return None };
    if path.root != Root::Record || way.steps.is_empty() {
        return None;
    }
    let name = |step: &Step| match step {
        Step::Key(name) => Some(name.clone()),
        Step::Index(_) => None,
    };
    Some(way.steps.iter().map(name).collect::<Option<Vec<_>>>()?.join("."))
}

/// Puts a field where a dotted path leads.
fn insert(map: &mut Mapping, path: &str, field: Field, place: &Place) {
    let Some((first, rest)) = path.split_once('.') else {
        map.fields.insert(path.to_owned(), field);
        return;
    };
    let object = || Field { node: Node::Object(Mapping::default()), target: None, place: place.clone() };
    let inner = map.fields.entry(first.to_owned()).or_insert_with(object);
    if let Node::Object(inner) = &mut inner.node {
        insert(inner, rest, field, place);
    }
}

#[cfg(test)]
mod tests;
