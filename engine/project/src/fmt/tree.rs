//! A TOML text as a tree that keeps comments and blank lines.

/// A line of the file, or several when its value has several.
#[derive(Debug)]
pub(super) enum Line<'a> {
    /// One or more blank lines.
    Blank,
    /// A comment with a line of its own.
    Comment(&'a str),
    /// The header of a table.
    Header(Header<'a>),
    /// A key and its value.
    Pair { key: Vec<String>, value: Value<'a>, comment: Option<&'a str> },
}

/// The header of a table.
#[derive(Debug)]
pub(super) struct Header<'a> {
    /// The parts of its name.
    pub(super) keys: Vec<String>,
    /// Whether it begins an element of an array.
    pub(super) is_element: bool,
    /// The comment on its line.
    pub(super) comment: Option<&'a str>,
}

/// A value.
#[derive(Debug)]
pub(super) enum Value<'a> {
    /// A scalar, as it is written in the canonical form.
    Scalar(String),
    /// An array or inline table.
    Group(Group<'a>),
}

/// An array or inline table.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Whether it is a table.
    pub(super) is_table: bool,
    /// The comment behind the opening bracket.
    pub(super) comment: Option<&'a str>,
    /// What stands between the brackets.
    pub(super) parts: Vec<Part<'a>>,
}

/// Something between the brackets of an array or inline table.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// One or more blank lines.
    Blank,
    /// A comment with a line of its own.
    Comment(&'a str),
    /// An element, or a member of a table.
    Element(Element<'a>),
}

/// An element of an array, or a member of an inline table.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// The key of a member.
    pub(super) key: Option<Vec<String>>,
    /// Its value.
    pub(super) value: Value<'a>,
    /// The comment behind the value, before its comma.
    pub(super) comment: Option<&'a str>,
    /// The comma after it, where there is one.
    pub(super) comma: Option<Comma<'a>>,
}

/// A comma, and the comments around it.
#[derive(Debug)]
pub(super) struct Comma<'a> {
    /// The lines of comment between the element and it.
    pub(super) before: Vec<&'a str>,
    /// The comment behind it.
    pub(super) comment: Option<&'a str>,
}

impl Value<'_> {
    /// Whether an array around it has one line for each element.
    fn spreads(&self) -> bool {
        match self {
            Self::Scalar(text) => text.contains('\n'),
            Self::Group(group) if group.is_table => group.has_deep_comment(),
            Self::Group(group) => group.is_spread(),
        }
    }
}

impl Group<'_> {
    pub(super) fn elements(&self) -> impl DoubleEndedIterator<Item = &Element<'_>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Element(element) => Some(element),
            Part::Blank | Part::Comment(_) => None,
        })
    }

    /// Whether each element has a line of its own. A comma after the last element of an array asks for it,
    /// a comment leaves no choice.
    pub(super) fn is_spread(&self) -> bool {
        if self.has_comment() {
            return true;
        }
        let has_last_comma = self.elements().next_back().is_some_and(|element| element.comma.is_some());
        !self.is_table && (has_last_comma || self.elements().any(|element| element.value.spreads()))
    }

    fn has_comment(&self) -> bool {
        let commented = |element: &Element<'_>| {
            let at_comma = |comma: &Comma<'_>| comma.comment.is_some() || !comma.before.is_empty();
            element.comment.is_some() || element.comma.as_ref().is_some_and(at_comma)
        };
        let has_line = self.parts.iter().any(|part| matches!(part, Part::Comment(_)));
        self.comment.is_some() || has_line || self.elements().any(commented)
    }

    /// Whether there is a comment in it, however deep.
    fn has_deep_comment(&self) -> bool {
        let deep = |element: &Element<'_>| match &element.value {
            Value::Group(group) => group.has_deep_comment(),
            Value::Scalar(_) => false,
        };
        self.has_comment() || self.elements().any(deep)
    }
}

/// The parts of a key without their quotes, so that equal keys are equal.
pub(super) fn keys_of(parts: &[String]) -> Vec<String> {
    let unquoted = |part: &String| part.trim_matches(['"', '\'']).to_owned();
    parts.iter().map(unquoted).collect()
}
