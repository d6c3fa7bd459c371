//! What a transform makes of a type, before any value is there.
//!
//! The answer is an upper bound: whatever value of the input type comes, the transform gives a value of the
//! output type or, where [`Output::can_fail`] says so, fails. Three things at the edges are not counted as
//! failures that can happen: numbers of more than 28 digits, days outside the years 0 to 9999, and sums of
//! characters beyond the machine's range.

mod flow;
mod special;

use super::Transform;
use engine_contract::Value;
use engine_script::types::{Base, Type};
use flow::Pass;
use std::collections::BTreeSet;

/// What comes out of a transform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The type of the value.
    pub ty: Type,
    /// What may get lost, as the end of a sentence about the transform: `cuts texts longer than 21
    /// characters`.
    pub lossy: Option<String>,
    /// Whether a value of the input type may fail.
    pub can_fail: bool,
    /// Why there may be no value where there was one: `an empty text becomes null`.
    pub makes_null: Option<&'static str>,
}

/// No value of the input type can pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What the transform needs, as the end of a sentence: `a list`.
    pub needs: &'static str,
}

pub(super) const EMPTY: &str = "an empty text becomes null";

impl Transform {
    /// What this makes of values of a type.
    ///
    /// # Errors
    /// [`Mismatch`] when no value of the type can pass.
    pub fn output(&self, input: &Type) -> Result<Output, Mismatch> {
        if input.bases.is_empty() {
            return Ok(Output { ty: input.clone(), lossy: None, can_fail: false, makes_null: None });
        }
        let mut output = match self.flow() {
            Some(flow) => flow.output(input),
            None => special::output(self, input),
        }?;
        self.enumerate(input, &mut output)?;
        self.keep_money(input, &mut output);
        Ok(output)
    }

    /// Where all texts are known, what becomes of each is known too.
    fn enumerate(&self, input: &Type, output: &mut Output) -> Result<(), Mismatch> {
        let is_text =
            |base: &Base| matches!(base, Base::Text | Base::NumberText | Base::DateText | Base::TimeText);
        let Some(texts) = input.one_of.as_ref().filter(|_| input.bases.iter().all(is_text)) else {
            return Ok(());
        };
        let results: Vec<_> =
            texts.iter().map(|text| (text, self.apply(Value::from(text.as_str())))).collect();
        if let Some((_, Err(needs))) = results.first()
            && results.iter().all(|(_, result)| result.is_err())
        {
            return Err(Mismatch { needs });
        }
        output.can_fail = results.iter().any(|(_, result)| result.is_err());
        let same = |text: &str, result: &Value| result.as_str() == Some(text);
        if results.iter().all(|(text, result)| result.as_ref().is_ok_and(|result| same(text, result))) {
            output.lossy = None;
        }
        let values: Vec<_> = results.into_iter().filter_map(|(_, result)| result.ok()).collect();
        if !values.iter().any(Value::is_null) {
            output.ty.nullable = input.nullable;
            output.makes_null = None;
        }
        let texts: BTreeSet<String> = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        if values.iter().all(|value| value.is_null() || value.as_str().is_some()) {
            output.ty.max_length = texts.iter().map(|text| text.chars().count()).max();
            output.ty.one_of = Some(texts);
        }
        Ok(())
    }

    /// Money stays money through exact steps, and where it does not the loss is told.
    fn keep_money(&self, input: &Type, output: &mut Output) {
        let element = input.element.as_ref().is_some_and(|element| element.is_money);
        if !input.is_money && !element {
            return;
        }
        match self.on_money() {
            OnMoney::Keeps => output.ty.is_money |= input.is_money || matches!(self, Self::Sum),
            OnMoney::KeepsNumbers if !output.ty.bases.contains(&Base::Text) => {
                output.ty.is_money |= input.is_money;
            }
            OnMoney::Takes => {}
            OnMoney::KeepsNumbers | OnMoney::Loses => {
                let loss = "makes something else of an amount of money";
                output.lossy.get_or_insert_with(|| loss.to_owned());
            }
        }
    }

    fn on_money(&self) -> OnMoney {
        match self {
            Self::Text
            | Self::Trim
            | Self::CollapseSpaces
            | Self::Lowercase
            | Self::Uppercase
            | Self::Normalize
            | Self::RemoveAccents
            | Self::StripHtml
            | Self::Integer
            | Self::Decimal
            | Self::Round { .. }
            | Self::Scale(_)
            | Self::Negate
            | Self::Abs
            | Self::Multiply(_)
            | Self::Divide { .. }
            | Self::Sum
            | Self::Sort(_)
            | Self::Unique
            | Self::Flatten
            | Self::NullIf(_) => OnMoney::Keeps,
            Self::Fit { .. } => OnMoney::KeepsNumbers,
            // What they take out has the type that is known of it; to count takes nothing away.
            Self::First | Self::Last | Self::Get(_) | Self::Count => OnMoney::Takes,
            _ => OnMoney::Loses,
        }
    }
}

/// What becomes of an amount of money.
enum OnMoney {
    /// It is one still.
    Keeps,
    /// It is one still, unless other text was made of it.
    KeepsNumbers,
    /// What comes out was typed by itself.
    Takes,
    /// It is none any more.
    Loses,
}

/// A text that is written like this.
fn text_of(base: Base, max_length: Option<usize>) -> Pass {
    Pass { max_length, ..Pass::to(base) }
}
