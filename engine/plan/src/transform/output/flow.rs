//! Transforms that can be described by what each kind of value becomes.

use super::{EMPTY, Mismatch, Output, text_of};
use crate::transform::{Overflow, Transform, number, phone, text, time};
use engine_script::types::{Base, Type};

/// The most characters of the text of an integer of 64 bits, with its sign.
const INTEGER_LENGTH: usize = 20;
/// The most characters of `false`.
const BOOLEAN_LENGTH: usize = 5;
/// The hexadecimal digits of a hash of 256 bits.
const HASH_LENGTH: usize = 64;
/// The most characters that one character becomes when it is normalised.
const NORMAL_GROWTH: usize = 3;

/// What a value of one kind becomes.
pub(super) struct Pass {
    pub(super) base: Base,
    pub(super) max_length: Option<usize>,
    pub(super) can_fail: bool,
    pub(super) makes_null: Option<&'static str>,
    /// Whether nothing is lost, though a transform of this kind may lose something.
    pub(super) is_whole: bool,
}

impl Pass {
    pub(super) fn to(base: Base) -> Self {
        Self { base, max_length: None, can_fail: false, makes_null: None, is_whole: false }
    }

    fn may_fail(self) -> Self {
        Self { can_fail: true, ..self }
    }

    fn may_be_null(self, why: &'static str) -> Self {
        Self { makes_null: Some(why), ..self }
    }
}

/// What a kind of value becomes, given the whole type; nothing when it fails.
type PassOf = dyn Fn(Base, &Type) -> Option<Pass>;

/// What each kind of value becomes, and what may get lost.
pub(super) struct Flow {
    needs: &'static str,
    pass: Box<PassOf>,
    lossy: Option<String>,
}

impl Flow {
    fn new(needs: &'static str, pass: impl Fn(Base, &Type) -> Option<Pass> + 'static) -> Self {
        Self { needs, pass: Box::new(pass), lossy: None }
    }

    fn losing(self, what: String) -> Self {
        Self { lossy: Some(what), ..self }
    }

    pub(super) fn output(self, input: &Type) -> Result<Output, Mismatch> {
        let passes: Vec<Option<Pass>> = input.bases.iter().map(|base| (self.pass)(*base, input)).collect();
        let mut can_fail = passes.iter().any(Option::is_none);
        let mut passes = passes.into_iter().flatten();
        let Some(first) = passes.next() else { return Err(Mismatch { needs: self.needs }) };
        let nullable = input.nullable || input.is_any();
        let mut ty = Type { nullable, max_length: first.max_length, ..Type::of(first.base) };
        let mut makes_null = first.makes_null;
        can_fail |= first.can_fail;
        let mut is_whole = first.is_whole;
        for pass in passes {
            ty.bases.insert(pass.base);
            ty.max_length = ty.max_length.zip(pass.max_length).map(|(one, two)| one.max(two));
            makes_null = makes_null.or(pass.makes_null);
            can_fail |= pass.can_fail;
            is_whole &= pass.is_whole;
        }
        ty.nullable |= makes_null.is_some();
        Ok(Output { ty, lossy: self.lossy.filter(|_| !is_whole), can_fail, makes_null })
    }
}

impl Transform {
    /// The description of a transform of scalars.
    pub(super) fn flow(&self) -> Option<Flow> {
        self.text_flow().or_else(|| self.number_flow()).or_else(|| self.time_flow())
    }

    fn text_flow(&self) -> Option<Flow> {
        let all = &[Base::NumberText, Base::DateText, Base::TimeText];
        Some(match self {
            Self::Text | Self::Trim | Self::CollapseSpaces | Self::StripHtml => texts(all, Some),
            // Small letters are not for times: `T` and `Z` are capital.
            Self::Lowercase | Self::Uppercase => texts(&[Base::NumberText, Base::DateText], Some),
            Self::Normalize | Self::RemoveAccents => texts(all, |length| length.checked_mul(NORMAL_GROWTH)),
            Self::Only(_) => texts(&[], Some),
            Self::Prefix(added) | Self::Suffix(added) => {
                let added = added.chars().count();
                texts(if added == 0 { all } else { &[] }, move |length| length.checked_add(added))
            }
            Self::Replace { from, to } => {
                let (from, to) = (from.chars().count(), to.chars().count());
                // The most when the whole text is replaced, and nothing is left over.
                texts(&[], move |length| {
                    if to <= from {
                        Some(length)
                    } else {
                        (length / from).checked_mul(to)?.checked_add(length % from)
                    }
                })
            }
            Self::RegexReplace { .. } => texts(&[], |_| None),
            Self::Pad { length: least, .. } => {
                let least = *least;
                texts(&[], move |length| Some(length.max(least)))
            }
            Self::Slice { from, to } => {
                let most = sliced(*from, *to);
                texts_at_most(most)
            }
            Self::Fit { length, overflow } => fit(*length, *overflow),
            Self::Hash(_) => fixed(Base::Text, Some(HASH_LENGTH)),
            Self::Matches(_) => fixed(Base::Boolean, None),
            Self::RegexExtract(_) => Flow::new(text::TEXT, |base, input| {
                let pass = text_pass(base, input, &[])?;
                Some(pass.may_be_null("a text that does not match becomes null"))
            }),
            Self::Phone(_) => Flow::new(text::TEXT, |base, _| {
                let number = text_of(Base::Text, Some(phone::LENGTH)).may_fail();
                match base {
                    Base::Boolean | Base::Object | Base::List => None,
                    Base::Integer | Base::Decimal => Some(number),
                    _ => Some(number.may_be_null(EMPTY)),
                }
            }),
            _ => return None,
        })
    }

    fn number_flow(&self) -> Option<Flow> {
        Some(match self {
            Self::Integer => numbers(number::INTEGER, |base| match base {
                Base::Integer => Pass::to(Base::Integer),
                _ => Pass::to(Base::Integer).may_fail(),
            }),
            Self::Decimal
            | Self::Negate
            | Self::Abs
            | Self::Multiply(_)
            | Self::Divide { places: None, .. } => decimals(),
            Self::Scale(places) => {
                let places = *places;
                numbers(number::DECIMAL, move |base| match base {
                    Base::Integer => Pass::to(Base::Decimal),
                    _ if places >= 28 => Pass::to(Base::Decimal),
                    _ => Pass::to(Base::Decimal).may_fail(),
                })
            }
            Self::Round { places, .. } => {
                let rounded = |base| Pass { is_whole: base == Base::Integer, ..Pass::to(Base::Decimal) };
                numbers(number::DECIMAL, rounded).losing(rounds_to(*places))
            }
            Self::Divide { places: Some(places), .. } => decimals().losing(rounds_to(*places)),
            Self::Boolean => Flow::new(number::BOOLEAN, |base, _| match base {
                Base::Boolean => Some(Pass::to(Base::Boolean)),
                Base::Integer | Base::Decimal => Some(Pass::to(Base::Boolean).may_fail()),
                Base::Text | Base::NumberText | Base::Any => {
                    Some(Pass::to(Base::Boolean).may_fail().may_be_null(EMPTY))
                }
                _ => None,
            }),
            Self::FromUnix(_) => numbers(time::UNIX, |_| instant().may_fail()),
            _ => return None,
        })
    }

    fn time_flow(&self) -> Option<Flow> {
        Some(match self {
            Self::Date | Self::LocalDate(_) => times(time::DATE, |_| day()),
            Self::TimestampUtc | Self::Timestamp(_) => times(time::TIME, |_| instant()),
            Self::AddDays(_) => times(time::DATE, |base| match base {
                Base::DateText => day(),
                _ => text_of(Base::TimeText, None),
            }),
            Self::DateFormat(_) => times(time::DATE, |_| Pass::to(Base::Text)),
            Self::ToUnix(unit) => {
                let loss = match unit {
                    crate::transform::UnixUnit::Seconds => "drops parts of a second",
                    crate::transform::UnixUnit::Milliseconds => "drops parts of a millisecond",
                };
                times(time::TIME, |_| Pass::to(Base::Integer)).losing(loss.to_owned())
            }
            Self::DateParse(format) => {
                let is_day =
                    time::parsed_sample(format).is_none_or(|sample| sample.len() == time::DATE_LENGTH);
                Flow::new(time::FORMAT, move |base, _| {
                    let read = if is_day { day() } else { instant() };
                    (is_text(base) || base == Base::Any).then(|| read.may_fail().may_be_null(EMPTY))
                })
            }
            _ => return None,
        })
    }
}

fn is_text(base: Base) -> bool {
    matches!(base, Base::Text | Base::NumberText | Base::DateText | Base::TimeText)
}

/// The text of a value, of the same kind when that is among those kept.
fn text_pass(base: Base, input: &Type, kept: &[Base]) -> Option<Pass> {
    let kept = |base: Base| if kept.contains(&base) { base } else { Base::Text };
    match base {
        Base::Text => Some(text_of(Base::Text, input.max_length)),
        Base::NumberText | Base::DateText | Base::TimeText => Some(text_of(kept(base), input.max_length)),
        Base::Integer => Some(text_of(kept(Base::NumberText), Some(INTEGER_LENGTH))),
        Base::Decimal => Some(text_of(kept(Base::NumberText), None)),
        Base::Boolean => Some(text_of(Base::Text, Some(BOOLEAN_LENGTH))),
        Base::Any => Some(text_of(Base::Text, None).may_fail()),
        Base::Object | Base::List => None,
    }
}

fn texts(kept: &'static [Base], grown: impl Fn(usize) -> Option<usize> + 'static) -> Flow {
    Flow::new(text::TEXT, move |base, input| {
        let pass = text_pass(base, input, kept)?;
        Some(Pass { max_length: pass.max_length.and_then(&grown), ..pass })
    })
}

fn texts_at_most(most: Option<usize>) -> Flow {
    Flow::new(text::TEXT, move |base, input| {
        let pass = text_pass(base, input, &[])?;
        let max_length = match (pass.max_length, most) {
            (Some(length), Some(most)) => Some(length.min(most)),
            (length, most) => length.or(most),
        };
        Some(Pass { max_length, ..pass })
    })
}

/// How many characters a slice has at most, as far as its positions say.
fn sliced(from: i64, to: Option<i64>) -> Option<usize> {
    let from_end = || from.checked_neg().filter(|from| *from > 0);
    let most = match to {
        None => from_end(),
        Some(to) if (from < 0) == (to < 0) => Some(to.saturating_sub(from).max(0)),
        Some(to) if to >= 0 => from_end().map(|from| from.min(to)),
        Some(_) => None,
    };
    usize::try_from(most?).ok()
}

/// The same for every scalar.
fn fixed(made: Base, max_length: Option<usize>) -> Flow {
    Flow::new(text::TEXT, move |base, input| {
        let pass = text_pass(base, input, &[])?;
        Some(Pass { base: made, max_length, ..pass })
    })
}

fn fit(length: usize, overflow: Overflow) -> Flow {
    let what = match overflow {
        Overflow::Cut => Some(format!("cuts texts longer than {length} characters")),
        Overflow::HashSuffix => {
            Some(format!("cuts texts longer than {length} characters, and ends them with a hash"))
        }
        Overflow::Fail => None,
    };
    let all = &[Base::NumberText, Base::DateText, Base::TimeText];
    let flow = Flow::new(text::TEXT, move |base, input| {
        let pass = text_pass(base, input, all)?;
        if pass.max_length.is_some_and(|most| most <= length) {
            return Some(Pass { is_whole: true, ..pass });
        }
        let is_whole = overflow == Overflow::Fail;
        let base = if is_whole { pass.base } else { Base::Text };
        Some(Pass { base, max_length: Some(length), can_fail: pass.can_fail || is_whole, ..pass })
    });
    Flow { lossy: what, ..flow }
}

/// What every number becomes; an empty text becomes null, and other text may be no number. That a number written
/// as text may be empty, its type says by being nullable.
fn numbers(needs: &'static str, made: impl Fn(Base) -> Pass + 'static) -> Flow {
    Flow::new(needs, move |base, _| match base {
        Base::Integer | Base::Decimal | Base::NumberText => Some(made(base)),
        Base::Text | Base::Any => Some(made(base).may_fail().may_be_null(EMPTY)),
        Base::DateText | Base::TimeText | Base::Boolean | Base::Object | Base::List => None,
    })
}

fn rounds_to(places: u32) -> String {
    format!("rounds to {places} digits after the point")
}

fn decimals() -> Flow {
    numbers(number::DECIMAL, |_| Pass::to(Base::Decimal))
}

/// What every day or time becomes; an empty text becomes null, and other text may be none.
fn times(needs: &'static str, made: impl Fn(Base) -> Pass + 'static) -> Flow {
    Flow::new(needs, move |base, _| match base {
        Base::DateText | Base::TimeText => Some(made(base)),
        Base::Text | Base::Any | Base::NumberText => Some(made(base).may_fail().may_be_null(EMPTY)),
        Base::Integer | Base::Decimal | Base::Boolean | Base::Object | Base::List => None,
    })
}

fn day() -> Pass {
    text_of(Base::DateText, Some(time::DATE_LENGTH))
}

fn instant() -> Pass {
    text_of(Base::TimeText, Some(time::TIME_LENGTH))
}
