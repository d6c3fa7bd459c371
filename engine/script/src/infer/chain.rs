//! Chains: `record.billing?.city`, `order.lines[0].name`, `list.map(...)`.

use super::{
    Problem,
    frame::{Frame, What},
};
use crate::types::{Base, Member, Type};
use rhai::{ASTFlags, Expr, Position};

/// One step of a chain.
pub(super) struct Link<'e> {
    pub(super) node: &'e Expr,
    is_index: bool,
    /// `?.` or `?[`.
    is_safe: bool,
}

/// Properties that rhai gives to texts, lists and numbers.
const GETTERS: [&str; 18] = [
    "len",
    "is_empty",
    "bytes",
    "chars",
    "bits",
    "start",
    "end",
    "is_inclusive",
    "is_exclusive",
    "is_zero",
    "is_odd",
    "is_even",
    "floor",
    "ceiling",
    "round",
    "int",
    "fraction",
    "tag",
];

/// What a chain begins with, and its steps.
pub(super) fn links(chain: &Expr) -> Option<(&Expr, Vec<Link<'_>>)> {
    let (pair, mut flags, mut is_index) = match chain {
        Expr::Dot(pair, flags, _) => (pair, *flags, false),
        Expr::Index(pair, flags, _) => (pair, *flags, true),
        _ => return None,
    };
    let mut links = Vec::new();
    let mut rest = &pair.rhs;
    loop {
        let is_safe = flags.contains(ASTFlags::NEGATED);
        let (next, next_flags, next_is_index) = match rest {
            Expr::Dot(next, flags, _) => (next, *flags, false),
            Expr::Index(next, flags, _) => (next, *flags, true),
            last => {
                links.push(Link { node: last, is_index, is_safe });
                return Some((&pair.lhs, links));
            }
        };
        if flags.contains(ASTFlags::BREAK) {
            links.push(Link { node: rest, is_index, is_safe });
            return Some((&pair.lhs, links));
        }
        links.push(Link { node: &next.lhs, is_index, is_safe });
        (rest, flags, is_index) = (&next.rhs, next_flags, next_is_index);
    }
}

/// A chain of names as text, `?.` as `.`: the same place in the record has the same text.
pub(super) fn path(expression: &Expr) -> Option<String> {
    if let Expr::Variable(variable, ..) = expression {
        return Some(variable.1.to_string());
    }
    let (root, links) = links(expression)?;
    let mut text = path(root)?;
    for link in links {
        text = step(&text, &link)?;
    }
    Some(text)
}

pub(super) fn step(before: &str, link: &Link<'_>) -> Option<String> {
    match link.node {
        Expr::Property(property, _) => Some(format!("{before}.{}", property.2)),
        Expr::IntegerConstant(index, _) if link.is_index => Some(format!("{before}[{index}]")),
        Expr::StringConstant(name, _) if link.is_index => Some(format!("{before}.{name}")),
        _ => None,
    }
}

impl Frame<'_, '_> {
    pub(super) fn chain(&mut self, chain: &Expr) -> Type {
        let Some((root, links)) = links(chain) else { return Type::any() };
        let mut here = Here { path: path(root), may_stop: false };
        let mut links = links.iter();
        let is_vars = matches!(self.variable(root), Some(What::Vars));
        let mut value = if is_vars { self.of_vars(links.next(), &mut here) } else { self.expression(root) };
        for link in links {
            if value.is_never() {
                break;
            }
            value = self.link(value, link, &mut here);
            if here.path.as_ref().is_some_and(|path| self.is_present(path)) {
                value = value.present();
            }
        }
        self.after_calls(root, chain);
        if here.may_stop { value.or_null() } else { value }
    }

    fn link(&mut self, mut value: Type, link: &Link<'_>, here: &mut Here) -> Type {
        if value.nullable && link.is_safe {
            here.may_stop = true;
            value = value.present();
            if value.bases.is_empty() {
                return Type::nothing();
            }
        }
        let before = here.path.take();
        here.path = before.as_deref().and_then(|before| step(before, link));
        match link.node {
            Expr::Property(property, place) => self.property(value, &property.2, *place, before.as_deref()),
            Expr::MethodCall(call, place) => {
                let takes_nothing = ["is_empty", "to_string", "type_of"].contains(&call.name.as_str());
                if !takes_nothing {
                    self.on_nothing(&value, before.as_deref(), *place, call.name.chars().count());
                }
                let value = if takes_nothing { value } else { value.present() };
                self.method(value, call)
            }
            index => {
                let index_type = self.expression(index);
                element(&value, index, &index_type)
            }
        }
    }

    fn property(&mut self, value: Type, name: &str, place: Position, of: Option<&str>) -> Type {
        let length = name.chars().count();
        self.on_nothing(&value, of, place, length);
        let of = of.unwrap_or("the value").to_owned();
        match value.member(name) {
            Member::Known(member) => member,
            Member::Unknown => {
                let known = value.fields.iter().map(|field| field.name.clone()).collect();
                self.report(place, length, Problem::UnknownField { of, name: name.to_owned(), known });
                Type::any()
            }
            Member::NoObject if GETTERS.contains(&name) => Type::any(),
            Member::NoObject => {
                let problem = Problem::NotAnObject { of, name: name.to_owned(), is: value };
                self.report(place, length, problem);
                Type::any()
            }
        }
    }

    /// Reports that something is read of what may be missing; nothing is said where nothing is known.
    fn on_nothing(&mut self, value: &Type, of: Option<&str>, place: Position, length: usize) {
        if let Some(of) = of.filter(|_| value.nullable && !value.is_any()) {
            self.report(place, length, Problem::NotOnNothing { of: of.to_owned() });
        }
    }

    fn of_vars(&mut self, link: Option<&Link<'_>>, here: &mut Here) -> Type {
        let before = here.path.take();
        here.path = link.zip(before).and_then(|(link, before)| step(&before, link));
        let (name, place) = match link.map(|link| link.node) {
            Some(Expr::Property(property, place)) => (property.2.as_str(), *place),
            Some(Expr::StringConstant(name, place)) => (name.as_str(), *place),
            _ => return Type::any(),
        };
        if let Some(known) = self.vars().get(name) {
            return known.clone();
        }
        let known = self.vars().keys().cloned().collect();
        self.report(place, name.chars().count(), Problem::UnknownVar { name: name.to_owned(), known });
        Type::any()
    }
}

/// How far a chain is.
struct Here {
    /// The names up to here.
    path: Option<String>,
    /// Whether a `?.` before may have ended it with nothing.
    may_stop: bool,
}

/// What `value[index]` gives.
fn element(value: &Type, index: &Expr, index_type: &Type) -> Type {
    if let (Expr::StringConstant(name, _), true) = (index, value.is_only(&[Base::Object])) {
        return match value.member(name) {
            Member::Known(member) => member,
            _ => Type::any(),
        };
    }
    if !index_type.is_only(&[Base::Integer]) {
        return Type::any();
    }
    if value.is_only(&[Base::List]) {
        return value.element.as_deref().cloned().unwrap_or_else(Type::any);
    }
    if super::operator::is_text(value) {
        return Type { max_length: Some(1), ..Type::of(Base::Text) };
    }
    Type::any()
}
