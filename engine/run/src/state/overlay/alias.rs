//! Old names of what a dry run sees under new ones: a dry run renames nothing in the store that it reads.

use crate::{
    key::{GroupKey, Scope},
    state::{Link, NameKind, RecordOwner, Rename, RevisitQuery, TargetObject},
};
use engine_plan::Reference;
use std::collections::BTreeMap;

/// Names, new ones with the old ones that the store keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases {
    names: BTreeMap<(NameKind, String), String>,
}

impl Aliases {
    /// The store's name of what is called so now.
    pub(super) fn old<'a>(&'a self, kind: NameKind, name: &'a str) -> &'a str {
        self.names.get(&(kind, name.to_owned())).map_or(name, String::as_str)
    }

    fn present<'a>(&'a self, kind: NameKind, name: &'a str) -> &'a str {
        let known = self.names.iter().find(|((of, _), old)| *of == kind && *old == name);
        known.map_or(name, |((_, new), _)| new)
    }

    /// Notes a new name. One that was itself new before leads to the store's.
    pub(super) fn add(&mut self, rename: &Rename) {
        let before = self.names.remove(&(rename.kind, rename.from.clone()));
        let old = before.unwrap_or_else(|| rename.from.clone());
        self.names.insert((rename.kind, rename.to.clone()), old);
    }

    pub(super) fn scope(&self, scope: &Scope) -> Scope {
        Scope { pipeline: self.old(NameKind::Pipeline, &scope.pipeline).to_owned(), ..scope.clone() }
    }

    pub(super) fn entity<'a>(&'a self, name: &'a str) -> &'a str {
        self.old(NameKind::Entity, name)
    }

    /// A stream group has the name of its first entity.
    pub(super) fn group(&self, key: &GroupKey) -> GroupKey {
        let group = self.entity(&key.group).to_owned();
        GroupKey { scope: self.scope(&key.scope), group, ..key.clone() }
    }

    pub(super) fn reference(&self, reference: &Reference) -> Reference {
        Reference { entity: self.entity(&reference.entity).to_owned(), ..reference.clone() }
    }

    pub(super) fn query(&self, query: &RevisitQuery) -> RevisitQuery {
        let entities = query.entities.iter();
        let entities = entities.map(|(name, hash)| (self.entity(name).to_owned(), hash.clone())).collect();
        RevisitQuery { entities, ..query.clone() }
    }

    pub(super) fn target(&self, target: &TargetObject) -> TargetObject {
        let connection = self.old(NameKind::Connection, &target.connection).to_owned();
        TargetObject { connection, ..target.clone() }
    }

    /// A link under its new names.
    pub(super) fn link(&self, mut link: Link) -> Link {
        link.record.entity = self.new_entity(&link.record.entity);
        link.target_connection = self.new_connection(&link.target_connection);
        link
    }

    pub(super) fn owner(&self, mut owner: RecordOwner) -> RecordOwner {
        owner.pipeline = self.present(NameKind::Pipeline, &owner.pipeline).to_owned();
        owner.record.entity = self.new_entity(&owner.record.entity);
        owner
    }

    pub(super) fn new_entity(&self, name: &str) -> String {
        self.present(NameKind::Entity, name).to_owned()
    }

    pub(super) fn new_connection(&self, name: &str) -> String {
        self.present(NameKind::Connection, name).to_owned()
    }
}
