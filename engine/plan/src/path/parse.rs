//! From the text of a path to its compiled form.

use super::segment::{Part, segments};
use crate::mapping::{Hop, Root, Way};
use engine_contract::{Path, Step};
use jsonpath_rust::parser::{
    errors::JsonPathError,
    model::{
        Comparable, Comparison, Filter, FilterAtom, JpQuery, Literal, Segment, Selector, SingularQuery,
        SingularQuerySegment,
    },
    parse_json_path,
};
use std::ops::Range;

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadPath {
    /// What is wrong.
    pub(crate) message: String,
    /// The bytes of the text that are wrong.
    pub(crate) bytes: Range<usize>,
}

/// Parses a path that starts with `$` or `@`.
pub(crate) fn parse(text: &str) -> Result<(Root, Way), BadPath> {
    let bad = |message: &str| BadPath { message: message.to_owned(), bytes: 0..text.len() };
    let (root, rest) = match (text.strip_prefix('$'), text.strip_prefix('@')) {
        (Some(rest), _) => (Root::Record, rest),
        (_, Some(rest)) => (Root::Element, rest),
        _ => return Err(bad("a path starts with `$` or `@`")),
    };
    let written = format!("${rest}");
    let rooted = without_meta(&written);
    let query = parse_json_path(&rooted).map_err(|error| {
        // What was put in has no place of its own.
        if rooted == written { refused(&error, text) } else { bad("not a JSONPath") }
    })?;
    Ok((root, way(&query, rooted)))
}

/// The path with every `meta('key')` written out.
fn without_meta(text: &str) -> String {
    let mut out = text.to_owned();
    for segment in segments(text).iter().rev() {
        let Part::Meta(key) = &segment.part else { continue };
        let key = text.get(key.clone()).unwrap_or_default();
        out.replace_range(segment.whole.clone(), &format!(".meta_data[?@.key == {key}].value"));
    }
    out
}

fn way(query: &JpQuery, text: String) -> Way {
    let hops: Option<Vec<Hop>> = query.segments.iter().map(hop).collect();
    match hops {
        Some(hops) if hops.contains(&Hop::All) => Way::Many(hops),
        Some(hops) if hops.iter().any(|hop| matches!(hop, Hop::Where { .. })) => Way::First(hops),
        Some(hops) => {
            let steps = hops.into_iter().filter_map(|hop| match hop {
                Hop::Step(step) => Some(step),
                Hop::All | Hop::Where { .. } => None,
            });
            Way::One(Path { steps: steps.collect() })
        }
        None => Way::Query { text, first: query.segments.iter().all(is_single_or_filter) },
    }
}

fn hop(segment: &Segment) -> Option<Hop> {
    match segment {
        Segment::Selector(Selector::Name(name)) => Some(Hop::Step(Step::Key(plain_name(name)?))),
        Segment::Selector(Selector::Index(index)) => {
            usize::try_from(*index).ok().map(Step::Index).map(Hop::Step)
        }
        Segment::Selector(Selector::Wildcard) => Some(Hop::All),
        Segment::Selector(Selector::Filter(Filter::Atom(FilterAtom::Comparison(comparison)))) => {
            equality(comparison)
        }
        _ => None,
    }
}

/// A filter that compares one member with a text, `@.key == 'po'`; any other is for the evaluator.
fn equality(comparison: &Comparison) -> Option<Hop> {
    let Comparison::Eq(left, Comparable::Literal(Literal::String(text))) = comparison else { return None };
    let Comparable::SingularQuery(SingularQuery::Current(segments)) = left else { return None };
    let [SingularQuerySegment::Name(name)] = segments.as_slice() else { return None };
    Some(Hop::Where { member: plain_name(name)?, equals: plain_name(text)? })
}

/// A name without the quotes of `['...']`; nothing when it has escapes, which the evaluator then reads.
fn plain_name(name: &str) -> Option<String> {
    let quoted = |quote: char| name.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let plain = quoted('\'').or_else(|| quoted('"')).unwrap_or(name);
    (!plain.contains('\\')).then(|| plain.to_owned())
}

fn is_single_or_filter(segment: &Segment) -> bool {
    matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_) | Selector::Filter(_)))
}

fn refused(error: &JsonPathError, text: &str) -> BadPath {
    let whole = 0..text.len();
    match error {
        JsonPathError::PestError(error) => {
            let (line, column) = match error.line_col {
                pest::error::LineColLocation::Pos(at) | pest::error::LineColLocation::Span(at, _) => at,
            };
            let lines_before =
                text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
            let here = text.get(lines_before..).unwrap_or_default();
            let within: usize = here.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
            let start = (lines_before + within).min(text.len());
            let here = text.get(start..).and_then(|rest| rest.chars().next());
            // Behind the last character it is that one that leads nowhere.
            let last = text.char_indices().next_back().map_or(0..text.len(), |(at, _)| at..text.len());
            let bytes = here.map_or(last, |letter| start..start + letter.len_utf8());
            BadPath { message: "the path breaks off here".to_owned(), bytes }
        }
        JsonPathError::MaxNestingDepthExceeded(_) => {
            BadPath { message: "the path nests too deep".to_owned(), bytes: whole }
        }
        _ => BadPath { message: "not a JSONPath".to_owned(), bytes: whole },
    }
}
