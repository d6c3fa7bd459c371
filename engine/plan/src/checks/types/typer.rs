//! The types of rules.

use super::{
    chain::Chain,
    sight::Sight,
    value::{of_value, of_var},
};
use crate::{
    Lookup,
    compile::{Scene, lookups},
    transform::{Defaults, Transform},
    types::{Base, Type},
};
use engine_project::{
    Place,
    rule::{IfMissing, Rule, Source, TransformCall},
};
use std::collections::BTreeMap;

/// Knows what the sources of rules give.
pub(crate) struct Typer<'a> {
    scene: &'a Scene<'a>,
    /// The types of the pipeline's variables.
    pub(crate) vars: BTreeMap<String, Type>,
    lookups: BTreeMap<String, Lookup>,
    defaults: Defaults,
    /// What scripts give, by where they stand.
    pub(crate) scripts: BTreeMap<Place, Type>,
}

/// What a list of rules gives.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    /// What it gives.
    pub(crate) ty: Type,
    /// Whether it is nothing but the id of a target object.
    pub(crate) is_id: bool,
    /// What a create gets of it.
    pub(crate) on_create: Type,
}

impl<'a> Typer<'a> {
    pub(crate) fn new(scene: &'a Scene<'a>) -> Self {
        let of_var = |var: &engine_project::project::Var| {
            let ty = scene.var(&var.name).map_or_else(|| of_var(var.kind), of_value);
            (var.name.clone(), ty)
        };
        let vars = scene.file.vars.values().map(of_var).collect();
        Self { scene, vars, lookups: lookups(scene), defaults: scene.defaults(), scripts: BTreeMap::new() }
    }

    /// What each step of a rule gives.
    pub(crate) fn chain<'r>(&self, rule: &'r Rule, sight: Sight<'_>) -> Chain<'r> {
        Chain::of(self, rule, sight)
    }

    /// What rules that are tried in order give.
    pub(crate) fn rules(&self, rules: &[Rule], sight: Sight<'_>) -> Typed {
        let chains: Vec<(&Rule, Type)> =
            rules.iter().map(|rule| (rule, self.chain(rule, sight).result)).collect();
        let all = chains.iter().map(|(_, ty)| ty.clone());
        let of_create = chains.iter().filter(|(rule, _)| rule.on != Some(engine_project::rule::On::Update));
        let is_id = |rule: &Rule| {
            let is_id = matches!(rule.source, Source::Ref(_) | Source::Find(_));
            is_id && rule.transform.is_empty() && rule.lookup.is_none() && rule.default.is_none()
        };
        Typed {
            ty: first_of(all),
            is_id: !rules.is_empty() && rules.iter().all(is_id),
            on_create: first_of(of_create.map(|(_, ty)| ty.clone())),
        }
    }

    pub(super) fn source(&self, source: &Source, sight: Sight<'_>) -> Type {
        match source {
            // That there is no path has been reported.
            Source::Path(paths) if paths.is_empty() => Type::any(),
            Source::Path(paths) => {
                first_of(paths.iter().map(|path| sight.walk(path).map_or_else(Type::any, |walk| walk.to_type())))
            }
            Source::Const(value) => of_value(value),
            Source::Var(variable) => self.vars.get(&variable.name).cloned().unwrap_or_else(Type::any),
            Source::Script(text) => self.scripts.get(&text.place).cloned().unwrap_or_else(Type::any),
            Source::Ref(of) => {
                let id = Type::of(Base::Text);
                if of.if_missing == IfMissing::Null { id.or_null() } else { id }
            }
            Source::Find(find) => {
                let is_nullable = self.rules(&find.value, sight).ty.nullable;
                let id = Type::of(Base::Text);
                if is_nullable { id.or_null() } else { id }
            }
        }
    }

    /// A transform with the values of variables filled in; nothing when it is none, which has been reported.
    pub(crate) fn transform(&self, call: &TransformCall) -> Option<Transform> {
        Transform::parse(&call.name, &self.scene.filled(&call.args)?, &self.defaults).ok()
    }

    pub(super) fn lookup(&self, name: &str) -> Option<&Lookup> {
        self.lookups.get(name)
    }
}

/// What the first that has a value gives.
fn first_of(types: impl Iterator<Item = Type>) -> Type {
    let mut out = Type::nothing();
    for ty in types {
        let is_certain = !ty.nullable;
        let any = out.is_any() || ty.is_any();
        out = if out.bases.is_empty() { ty } else { out.union(ty) };
        out.nullable = !is_certain;
        if any {
            out.bases.insert(Base::Any);
        }
        if is_certain {
            break;
        }
    }
    out
}
