//! Words as a statement.

use crate::quickbooks::fault::{Fault, Outcome};
use crate::quickbooks::kind::Kind;
use crate::quickbooks::query::lex::{Word, words};

/// A page holds at most this many objects.
pub(super) const LARGEST_PAGE: usize = 1_000;

/// A page holds this many where the statement does not say.
const USUAL_PAGE: usize = 100;

/// A statement, checked in itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) counts: bool,
    pub(super) kind: Kind,
    pub(super) conditions: Vec<Condition>,
    /// Properties and whether they descend.
    pub(super) order: Vec<(String, bool)>,
    /// From 1.
    pub(super) start: usize,
    pub(super) most: usize,
}

/// `property operator value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) property: String,
    pub(super) operator: Operator,
    /// One, or several for `IN`.
    pub(super) values: Vec<Literal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Less,
    More,
    AtMost,
    AtLeast,
    Like,
    In,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Flag(bool),
    /// `CURRENT_DATE`.
    Today,
}

/// Reads a statement; `takes_order_by`: also in two words. What is no statement is code 4000; what asks for too much is 4001.
pub(super) fn parse(statement: &str, takes_order_by: bool) -> Outcome<Statement> {
    let mut reader = Reader { words: words(statement)?.into_iter().peekable(), takes_order_by };
    reader.expect("select")?;
    let counts = reader.selection()?;
    reader.expect("from")?;
    let name = reader.name()?;
    let kind = Kind::named(&name)
        .ok_or_else(|| Fault::query_rule(format!("Entity {name} is not queryable or does not exist")))?;
    let conditions = if reader.takes("where") { reader.conditions()? } else { Vec::new() };
    let order = reader.order()?;
    let (mut start, mut most) = (1, USUAL_PAGE);
    if reader.takes("startposition") {
        start = reader.count(1)?;
    }
    if reader.takes("maxresults") {
        most = reader.count(0)?.min(LARGEST_PAGE);
    }
    match reader.words.next() {
        None => Ok(Statement { counts, kind, conditions, order, start, most }),
        Some(word) => Err(unexpected(Some(&word))),
    }
}

struct Reader {
    words: std::iter::Peekable<std::vec::IntoIter<Word>>,
    takes_order_by: bool,
}

impl Reader {
    fn takes(&mut self, keyword: &str) -> bool {
        self.words
            .next_if(|word| matches!(word, Word::Bare(bare) if bare.eq_ignore_ascii_case(keyword)))
            .is_some()
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        self.words.next_if(|word| matches!(word, Word::Sign(found) if *found == sign)).is_some()
    }

    fn expect(&mut self, keyword: &str) -> Outcome<()> {
        if self.takes(keyword) { Ok(()) } else { Err(unexpected(self.words.peek())) }
    }

    fn expect_sign(&mut self, sign: &str) -> Outcome<()> {
        if self.takes_sign(sign) { Ok(()) } else { Err(unexpected(self.words.peek())) }
    }

    fn name(&mut self) -> Outcome<String> {
        match self.words.next() {
            Some(Word::Bare(name)) => Ok(name),
            other => Err(unexpected(other.as_ref())),
        }
    }

    /// `*` or `count(*)`; whether it counts. Properties behind the asterisk say nothing more: `*, Sku` is what a
    /// client library sends.
    fn selection(&mut self) -> Outcome<bool> {
        if self.takes_sign("*") {
            while self.takes_sign(",") {
                self.name()?;
            }
            return Ok(false);
        }
        self.expect("count")?;
        self.expect_sign("(")?;
        self.expect_sign("*")?;
        self.expect_sign(")")?;
        Ok(true)
    }

    fn conditions(&mut self) -> Outcome<Vec<Condition>> {
        let mut conditions = vec![self.condition()?];
        while self.takes("and") {
            conditions.push(self.condition()?);
        }
        Ok(conditions)
    }

    fn condition(&mut self) -> Outcome<Condition> {
        let property = self.name()?;
        let operator = match self.words.next() {
            Some(Word::Sign("=")) => Operator::Equal,
            Some(Word::Sign("<")) => Operator::Less,
            Some(Word::Sign(">")) => Operator::More,
            Some(Word::Sign("<=")) => Operator::AtMost,
            Some(Word::Sign(">=")) => Operator::AtLeast,
            Some(Word::Bare(word)) if word.eq_ignore_ascii_case("like") => Operator::Like,
            Some(Word::Bare(word)) if word.eq_ignore_ascii_case("in") => Operator::In,
            other => return Err(unexpected(other.as_ref())),
        };
        let mut values = Vec::new();
        if operator == Operator::In {
            self.expect_sign("(")?;
            values.push(self.literal()?);
            while self.takes_sign(",") {
                values.push(self.literal()?);
            }
            self.expect_sign(")")?;
        } else {
            values.push(self.literal()?);
        }
        Ok(Condition { property, operator, values })
    }

    fn literal(&mut self) -> Outcome<Literal> {
        match self.words.next() {
            Some(Word::Quoted(text)) => Ok(Literal::Text(text)),
            Some(Word::Bare(word)) if word.eq_ignore_ascii_case("true") => Ok(Literal::Flag(true)),
            Some(Word::Bare(word)) if word.eq_ignore_ascii_case("false") => Ok(Literal::Flag(false)),
            Some(Word::Bare(word)) if word.eq_ignore_ascii_case("current_date") => Ok(Literal::Today),
            other => Err(unexpected(other.as_ref())),
        }
    }

    /// `ORDERBY` is one word; two words are taken too, where the settings say so.
    fn order(&mut self) -> Outcome<Vec<(String, bool)>> {
        if self.takes_order_by && self.takes("order") {
            self.expect("by")?;
        } else if !self.takes("orderby") {
            return Ok(Vec::new());
        }
        let mut order = Vec::new();
        loop {
            let property = self.name()?;
            let descends = self.takes("desc");
            if !descends {
                self.takes("asc");
            }
            order.push((property, descends));
            if !self.takes_sign(",") {
                return Ok(order);
            }
        }
    }

    fn count(&mut self, least: usize) -> Outcome<usize> {
        let word = self.words.next();
        let Some(Word::Bare(text)) = &word else { return Err(unexpected(word.as_ref())) };
        let count: i64 = text.parse().map_err(|_| unexpected(word.as_ref()))?;
        match usize::try_from(count) {
            Ok(count) if count >= least => Ok(count),
            _ => Err(Fault::query_rule(format!("value {count} is too small. Min allowed value is {least}"))),
        }
    }
}

fn unexpected(word: Option<&Word>) -> Fault {
    match word {
        None => Fault::query_syntax("Encountered <EOF>"),
        Some(Word::Bare(text)) => Fault::query_syntax(format!("Encountered \"{text}\"")),
        Some(Word::Quoted(_)) => Fault::query_syntax("Encountered a value where none can stand"),
        Some(Word::Sign(sign)) => Fault::query_syntax(format!("Encountered \"{sign}\"")),
    }
}
