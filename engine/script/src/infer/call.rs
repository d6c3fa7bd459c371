//! What calls give: functions of the table, of the script, and of libraries.

use super::{
    chain,
    frame::{Frame, What},
    operator::is_text,
    unit::{Function, Unit},
};
use crate::{
    functions::{self, Gives},
    types::{Base, Type},
    walk::{changed_argument, root},
};
use rhai::{Expr, FnCallExpr, Position};

const NUMBERS: [Base; 2] = [Base::Integer, Base::Decimal];

/// Functions whose closure takes an element first.
const OVER_ELEMENTS: [&str; 15] = [
    "map", "filter", "find", "any", "all", "some", "count", "sorted", "unique", "index_of", "find_map",
    "retain", "for_each", "sort", "zip",
];

impl Frame<'_, '_> {
    /// `f(a, b)`, `lib::f(a)` or an operator.
    pub(super) fn call(&mut self, call: &FnCallExpr, place: Position) -> Type {
        if call.is_operator_call()
            && let Some(value) = self.operator(&call.name, &call.args, place)
        {
            return value;
        }
        let world = self.world;
        if let Some(library) = call.namespace.path.first() {
            let arguments = self.arguments(&call.args);
            let unit = world.libraries.get(library.name.as_str());
            let function = unit.and_then(|unit| Some((unit, unit.function(&call.name, arguments.len())?)));
            return function.map_or_else(Type::any, |(unit, function)| {
                self.follow(unit, &call.name, function, arguments, Type::any())
            });
        }
        if let Some(function) = self.unit.function(&call.name, call.args.len()) {
            let arguments = self.arguments(&call.args);
            return self.follow(self.unit, &call.name, function, arguments, Type::any());
        }
        let value = match call.args.split_first() {
            Some((first, rest)) => {
                let first = self.expression(first);
                self.of_table(&call.name, &first, rest)
            }
            None => Type::any(),
        };
        if let Some(name) = changed_argument(call) {
            self.havoc(&[name].into());
        }
        value
    }

    /// `value.f(a)`.
    pub(super) fn method(&mut self, value: Type, call: &FnCallExpr) -> Type {
        if let Some(function) = self.unit.function(&call.name, call.args.len()) {
            let arguments = self.arguments(&call.args);
            return self.follow(self.unit, &call.name, function, arguments, value);
        }
        let may_hold_closures =
            self.world.makes_objects && (value.is_any() || value.bases.contains(&Base::Object));
        let given = self.of_table(&call.name, &value, &call.args);
        if may_hold_closures { Type::any() } else { given }
    }

    /// What a chain's calls change is not known any more.
    pub(super) fn after_calls(&mut self, start: &Expr, chain: &Expr) {
        let changing = self.unit.changing(self.world.makes_objects);
        if let Some(name) = root(start).filter(|_| changing.is_in(chain)) {
            self.havoc(&[name].into());
        }
    }

    fn arguments(&mut self, written: &[Expr]) -> Vec<What> {
        written
            .iter()
            .map(|argument| match self.variable(argument) {
                Some(What::Vars) => What::Vars,
                _ => What::Value(self.expression(argument)),
            })
            .collect()
    }

    /// The value of a function's body for these arguments.
    fn follow(
        &mut self,
        unit: &Unit,
        name: &str,
        function: &Function,
        arguments: Vec<What>,
        this: Type,
    ) -> Type {
        let id = format!("{}::{name}/{}", unit.library.as_deref().unwrap_or_default(), arguments.len());
        if self.is_deep(&id) || !self.goes_on() {
            return Type::any();
        }
        let mut calls = self.calls.clone();
        calls.push(id);
        let mut frame = Frame::new(self.world, unit, self.log);
        frame.calls = calls;
        frame.this = this;
        frame.run(&function.parameters, arguments, &function.body)
    }

    fn run(&mut self, parameters: &[String], arguments: Vec<What>, body: &[rhai::Stmt]) -> Type {
        for (name, what) in parameters.iter().zip(arguments) {
            self.declare(name, what);
        }
        let value = self.statements(body);
        let returned = std::mem::replace(&mut self.returned, Type::never());
        value.join(returned)
    }

    /// What a function of the table gives; its closures are looked into.
    fn of_table(&mut self, name: &str, first: &Type, rest: &[Expr]) -> Type {
        let mut made = Type::any();
        let mut others = Vec::new();
        for argument in rest {
            if let Some(value) = self.closure(name, first, argument) {
                made = value;
            } else {
                others.push(self.expression(argument));
            }
        }
        let counted =
            |function: &&&functions::Function| function.counts().any(|count| count == rest.len() + 1);
        let known = functions::named(name);
        match (known.iter().find(counted), known.len()) {
            (Some(function), 1) => give(function.gives, first, &others, made),
            _ => Type::any(),
        }
    }

    /// What a closure gives that is written as an argument of a function on `list`.
    fn closure(&mut self, function: &str, list: &Type, written: &Expr) -> Option<Type> {
        let unit = self.unit;
        let (closure, captured) = unit.closure(written)?;
        let element = match &list.element {
            Some(element) if list.is_only(&[Base::List]) => (**element).clone(),
            _ => Type::any(),
        };
        let mut arguments: Vec<What> = captured
            .iter()
            .map(|variable| self.variable(variable).cloned().unwrap_or_else(|| What::Value(Type::any())))
            .collect();
        let paths: Vec<String> = captured.iter().filter_map(chain::path).collect();
        for index in 0..closure.parameters.len().saturating_sub(captured.len()) {
            let value = match (index, function) {
                (0, _) if OVER_ELEMENTS.contains(&function) => element.clone(),
                (1, "sort") => element.clone(),
                (1, name) if OVER_ELEMENTS.contains(&name) && name != "zip" => Type::of(Base::Integer),
                _ => Type::any(),
            };
            arguments.push(What::Value(value));
        }
        let mut frame = Frame::new(self.world, unit, self.log);
        frame.calls.clone_from(&self.calls);
        frame.calls.push(format!("closure in {function}"));
        frame.this = if OVER_ELEMENTS.contains(&function) { element } else { Type::any() };
        if frame.calls.len() > 8 {
            return Some(Type::any());
        }
        let outer = &self.present;
        let is_of =
            |path: &String| paths.iter().any(|name| path == name || path.starts_with(&format!("{name}.")));
        let present = outer.iter().filter(|path| is_of(path)).cloned().collect();
        for (name, what) in closure.parameters.iter().zip(arguments) {
            frame.declare(name, what);
        }
        frame.present = present;
        let value = frame.run(&[], Vec::new(), &closure.body);
        Some(value)
    }
}

/// The result of a function of the table.
fn give(gives: Gives, first: &Type, others: &[Type], made: Type) -> Type {
    let is_list = first.is_only(&[Base::List]);
    match gives {
        Gives::Shorter if is_text(first) => Type { max_length: first.max_length, ..Type::of(Base::Text) },
        Gives::Trimmed if is_text(first) => Type { one_of: None, ..first.clone().present() },
        Gives::Text | Gives::Shorter | Gives::Trimmed => Type::of(Base::Text),
        Gives::Integer => Type::of(Base::Integer),
        Gives::Decimal => money(first, others, Type::of(Base::Decimal)),
        Gives::DecimalOrNothing => money(first, others, Type::of(Base::Decimal).or_null()),
        Gives::Boolean => Type::of(Base::Boolean),
        Gives::Date => Type::of(Base::DateText),
        Gives::Time => Type::of(Base::TimeText),
        Gives::Texts => Type::list(Type::of(Base::Text)),
        Gives::Number if first.is_only(&NUMBERS) => first.clone().present(),
        Gives::Sum => match first.element.as_deref().filter(|_| is_list) {
            Some(element) if element.is_only(&NUMBERS) => element.clone().present(),
            _ => Type::of(Base::Decimal),
        },
        Gives::Same if is_list => first.clone().present(),
        Gives::Element => match first.element.as_deref().filter(|_| is_list) {
            Some(element) => element.clone().or_null(),
            None => Type::any(),
        },
        // A closure that only returns early or throws gives no element.
        Gives::Mapped if is_list => Type::list(if made.is_never() { Type::any() } else { made }),
        Gives::Chunks if is_list => Type::list(first.clone().present()),
        Gives::Nothing => Type::nothing(),
        _ => Type::any(),
    }
}

fn money(first: &Type, others: &[Type], value: Type) -> Type {
    Type { is_money: first.is_money || others.iter().any(|other| other.is_money), ..value }
}
