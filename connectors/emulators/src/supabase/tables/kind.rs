//! The types of columns, by the names that PostgreSQL gives them.

/// A type of PostgreSQL that the emulator knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Smallint,
    Integer,
    Bigint,
    /// With precision and scale, where they are declared.
    Numeric(Option<(u32, u32)>),
    Text,
    /// With the largest number of characters, where it is declared.
    Varchar(Option<usize>),
    Boolean,
    Date,
    Timestamp,
    Timestamptz,
    Json,
    Jsonb,
    Uuid,
    Array(Box<Kind>),
}

impl Kind {
    /// Reads the name of a type: `numeric(10,2)`, `varchar(3)`, `int8`, `text[]`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        if let Some(element) = name.strip_suffix("[]") {
            return Self::named(element).map(|element| Self::Array(Box::new(element)));
        }
        let (base, modifier) = match name.split_once('(') {
            Some((base, rest)) => (base.trim_end(), Some(rest.strip_suffix(')')?)),
            None => (name.as_str(), None),
        };
        let plain = match base {
            "smallint" | "int2" => Self::Smallint,
            "integer" | "int" | "int4" => Self::Integer,
            "bigint" | "int8" => Self::Bigint,
            "text" => Self::Text,
            "boolean" | "bool" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" | "timestamp without time zone" => Self::Timestamp,
            "timestamptz" | "timestamp with time zone" => Self::Timestamptz,
            "json" => Self::Json,
            "jsonb" => Self::Jsonb,
            "uuid" => Self::Uuid,
            "numeric" | "decimal" => return numeric(modifier),
            "varchar" | "character varying" => {
                let length = modifier.map(str::parse).transpose().ok()?;
                return Some(Self::Varchar(length));
            }
            _ => return None,
        };
        modifier.is_none().then_some(plain)
    }

    /// The name without modifiers, as messages and the description of the API say it.
    pub(crate) fn name(&self) -> String {
        let name = match self {
            Self::Smallint => "smallint",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Numeric(_) => "numeric",
            Self::Text => "text",
            Self::Varchar(_) => "character varying",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp without time zone",
            Self::Timestamptz => "timestamp with time zone",
            Self::Json => "json",
            Self::Jsonb => "jsonb",
            Self::Uuid => "uuid",
            Self::Array(element) => return format!("{}[]", element.name()),
        };
        name.to_owned()
    }

    /// The name with modifiers, as a declaration says it.
    #[cfg(feature = "postgres")]
    pub(crate) fn declared(&self) -> String {
        match self {
            Self::Numeric(Some((precision, scale))) => format!("numeric({precision},{scale})"),
            Self::Varchar(Some(length)) => format!("character varying({length})"),
            Self::Array(element) => format!("{}[]", element.declared()),
            plain => plain.name(),
        }
    }

    /// Whether values are texts, for `like` and regular expressions.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Varchar(_))
    }

    /// Whether values have members.
    pub(crate) fn is_json(&self) -> bool {
        matches!(self, Self::Json | Self::Jsonb)
    }
}

fn numeric(modifier: Option<&str>) -> Option<Kind> {
    let Some(modifier) = modifier else { return Some(Kind::Numeric(None)) };
    let (precision, scale) = modifier.split_once(',').unwrap_or((modifier, "0"));
    Some(Kind::Numeric(Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))))
}
