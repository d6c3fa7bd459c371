//! Walking a path on what is known of a record.

use super::shape::{Content, Shape};
use crate::path::{Part, Segment};
use crate::types::{Base, Type};
use engine_contract::{Field, FieldType};

/// Where a path leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk<'a> {
    /// What is there, for `[*]` each of the hits.
    pub(crate) shape: Shape<'a>,
    /// Whether there may be nothing.
    pub(crate) nullable: bool,
    /// Whether a rule takes the list of all hits.
    pub(crate) is_list: bool,
}

/// Why a path leads nowhere.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Misstep<'a> {
    /// An object has no member of this name.
    Unknown { fields: &'a [Field] },
    /// A list has no members, but its elements may: this is what they are.
    MemberOfList { element: Shape<'a> },
    /// A value has no members.
    MemberOfScalar(FieldType),
    /// Only a list has an element of this number.
    IndexOfOther { what: &'static str },
    /// A value has no parts at all.
    PartsOfScalar(FieldType),
}

impl<'a> Walk<'a> {
    pub(crate) fn start(shape: Shape<'a>) -> Self {
        Self { shape, nullable: false, is_list: false }
    }

    /// Nothing is known of where it leads.
    pub(crate) fn unknown() -> Self {
        Self { shape: Shape::Unknown, nullable: true, is_list: false }
    }

    /// Goes along a path; the step that leads nowhere comes with its number.
    pub(crate) fn along(self, segments: &[Segment]) -> Result<Self, (usize, Misstep<'a>)> {
        let mut here = self;
        for (index, segment) in segments.iter().enumerate() {
            here = here.step(&segment.part).map_err(|misstep| (index, misstep))?;
            if matches!(segment.part, Part::Several | Part::Descendants) {
                break;
            }
        }
        Ok(here)
    }

    fn step(self, part: &Part) -> Result<Self, Misstep<'a>> {
        match part {
            Part::Name(name) => self.member(name),
            Part::Meta(_) => {
                self.member("meta_data")?;
                Ok(Self { shape: Shape::Unknown, nullable: true, ..self })
            }
            Part::Index => match self.shape.content() {
                Content::List(element) => Ok(Self { shape: element, nullable: true, ..self }),
                Content::Unknown => Ok(Self { shape: Shape::Unknown, nullable: true, ..self }),
                Content::Object { .. } => Err(Misstep::IndexOfOther { what: "an object" }),
                Content::Scalar(kind) => Err(Misstep::IndexOfOther { what: kind.as_str() }),
            },
            Part::All => Ok(Self { shape: self.parts()?, nullable: true, is_list: true }),
            Part::Filter(_) => Ok(Self { shape: self.parts()?, nullable: true, ..self }),
            Part::Several | Part::Descendants => {
                self.parts()?;
                Ok(Self::unknown())
            }
        }
    }

    fn member(self, name: &str) -> Result<Self, Misstep<'a>> {
        match self.shape.content() {
            Content::Unknown => Ok(Self { shape: Shape::Unknown, nullable: true, ..self }),
            Content::Object { fields, is_open } => match fields.iter().find(|field| field.name == name) {
                Some(field) => {
                    let nullable = self.nullable || field.nullable;
                    Ok(Self { shape: Shape::Value(field), nullable, ..self })
                }
                None if is_open => Ok(Self { shape: Shape::Unknown, nullable: true, ..self }),
                None => Err(Misstep::Unknown { fields }),
            },
            Content::List(element) => Err(Misstep::MemberOfList { element }),
            Content::Scalar(kind) => Err(Misstep::MemberOfScalar(kind)),
        }
    }

    /// The elements of a list, or the members of an object.
    fn parts(self) -> Result<Shape<'a>, Misstep<'a>> {
        match self.shape.content() {
            Content::List(element) => Ok(element),
            Content::Unknown | Content::Object { .. } => Ok(Shape::Unknown),
            Content::Scalar(kind) => Err(Misstep::PartsOfScalar(kind)),
        }
    }

    /// The type of what a rule takes from the path.
    pub(crate) fn to_type(self) -> Type {
        let one = self.shape.to_type();
        let all =
            if self.is_list { Type { element: Some(Box::new(one)), ..Type::of(Base::List) } } else { one };
        if self.nullable { all.or_null() } else { all }
    }
}
