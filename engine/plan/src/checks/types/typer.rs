//! The types of rules.

use super::{
    chain::Chain,
    scripts::Judged,
    value::{of_value, of_var},
};
use crate::{
    Lookup,
    scene::{Scene, Sight, Walk, lookups},
    transform::{Defaults, Transform},
    types::{Base, Type},
};
use engine_project::{
    Place,
    rule::{IfMissing, On, Rule, Source, TransformCall},
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
    scripts: BTreeMap<Place, Type>,
}

/// What a list of rules gives.
#[derive(Clone, Debug)]
pub(crate) struct Typed<'r> {
    /// The rules that can be reached, each with what it gives.
    pub(crate) rules: Vec<(&'r Rule, Type)>,
    /// Whether something is known of each of their sources.
    pub(crate) is_known: bool,
    /// Whether they are nothing but ids of target objects.
    pub(crate) is_id: bool,
    /// What a create gets of them.
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

    /// Remembers what scripts give.
    pub(crate) fn learn(&mut self, judged: &[Judged<'_>]) {
        for script in judged {
            if let Ok(inference) = &script.outcome {
                self.scripts.insert(script.site.text.place.clone(), inference.result.clone());
            }
        }
    }

    /// What each step of a rule gives.
    pub(crate) fn chain<'r>(&self, rule: &'r Rule, sight: Sight<'_>) -> Chain<'r> {
        Chain::of(self, rule, sight)
    }

    /// What rules that are tried in order give; nothing is known of rules that were refused.
    pub(crate) fn rules<'r>(&self, rules: &'r [Rule], sight: Sight<'_>) -> Option<Typed<'r>> {
        let (mut typed, mut is_known) = (Vec::new(), true);
        for rule in rules {
            let chain = self.chain(rule, sight);
            is_known &= chain.is_known;
            let ty = chain.result;
            let is_last = !ty.nullable && rule.on.is_none();
            typed.push((rule, ty));
            if is_last {
                break;
            }
        }
        let sent = typed.iter().filter(|(rule, _)| rule.on != Some(On::Update));
        let on_create = first_of(sent.map(|(_, ty)| ty.clone()));
        let is_id = typed.iter().all(|(rule, _)| is_id(rule));
        (!typed.is_empty()).then_some(Typed { rules: typed, is_known, is_id, on_create })
    }

    pub(super) fn source(&self, source: &Source, sight: Sight<'_>) -> Type {
        match source {
            // That there is no path has been reported.
            Source::Path(paths) if paths.is_empty() => Type::any(),
            Source::Path(paths) => {
                first_of(paths.iter().map(|path| sight.walk(path).map_or_else(Type::any, Walk::to_type)))
            }
            Source::Const(value) => of_value(value),
            Source::Var(variable) => self.vars.get(&variable.name).cloned().unwrap_or_else(Type::any),
            Source::Script(text) => self.scripts.get(&text.place).cloned().unwrap_or_else(Type::any),
            Source::Ref(of) => {
                let id = Type::of(Base::Text);
                if of.if_missing == IfMissing::Null { id.or_null() } else { id }
            }
            Source::Find(find) => {
                let value = first_of(find.value.iter().map(|rule| self.chain(rule, sight).result));
                let is_nullable = value.nullable;
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

/// Whether a rule gives nothing but the id of a target object.
fn is_id(rule: &Rule) -> bool {
    let is_plain = rule.transform.is_empty() && rule.lookup.is_none() && rule.default.is_none();
    is_plain && matches!(rule.source, Source::Ref(_) | Source::Find(_))
}

/// The source of a rule in messages.
pub(crate) fn label(rule: &Rule) -> String {
    match &rule.source {
        Source::Path(paths) => {
            let texts: Vec<String> = paths.iter().map(|path| format!("`{}`", path.text)).collect();
            texts.join(" or ")
        }
        Source::Const(_) => "the constant".to_owned(),
        Source::Var(variable) => format!("the variable `{}`", variable.name),
        Source::Script(_) => "the script's result".to_owned(),
        Source::Ref(of) => format!("the reference to `{}`", of.entity),
        Source::Find(find) => format!("the id of the `{}`", find.object),
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
