//! Declared types: what a column keeps, and what it means to a pipeline.

use engine_contract::FieldType;

/// What a column keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `TINYINT` to `BIGINT`, of so many bits.
    Integer { bits: u32, is_unsigned: bool },
    /// `TINYINT(1)`, which `BOOLEAN` stands for.
    Boolean,
    /// `BIT(n)`; one bit is a boolean.
    Bit(u32),
    /// `DECIMAL(precision, scale)`.
    Decimal { precision: usize, scale: usize, is_unsigned: bool },
    /// `FLOAT`: a binary fraction of 32 bits.
    Float,
    /// `DOUBLE`: a binary fraction of 64 bits.
    Double,
    /// `CHAR`, `VARCHAR` and the `TEXT` family.
    Text(Text),
    /// `BINARY`, which is padded, `VARBINARY` and the `BLOB` family, of at most so many bytes.
    Bytes { most: usize, is_padded: bool },
    /// `DATE`.
    Date,
    /// `TIME`, with so many digits of a second.
    Time(usize),
    /// `DATETIME`, with so many digits of a second.
    DateTime(usize),
    /// `TIMESTAMP`, with so many digits of a second: an instant.
    Timestamp(usize),
    /// `YEAR`.
    Year,
    /// `ENUM`, with its texts.
    Enum(Vec<String>),
    /// `SET`, with its texts.
    Set(Vec<String>),
    /// `JSON`; in MySQL a type of its own, whose numbers with fractions are binary.
    Json { is_native: bool },
    /// `UUID` of MariaDB.
    Uuid,
    /// Types whose text the server checks: `INET4`, `INET6`.
    Checked,
    /// Types that are read as bytes and never written: geometries, vectors.
    Opaque,
}

/// What a column of characters keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// In characters, for `CHAR` and `VARCHAR`.
    pub(super) most_chars: Option<usize>,
    /// In bytes of the column's own character set.
    pub(super) most_bytes: usize,
    /// `CHAR` drops spaces at the end.
    pub(super) drops_spaces: bool,
    /// Texts have the same bytes in the column as here.
    pub(super) is_utf8: bool,
}

/// What `information_schema.COLUMNS` says about a column's type.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared {
    /// `DATA_TYPE`, such as `varchar`.
    pub(super) name: String,
    /// `COLUMN_TYPE`, such as `varchar(40)`.
    pub(super) whole: String,
    pub(super) most_chars: Option<usize>,
    pub(super) most_bytes: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) scale: Option<usize>,
    pub(super) fraction: Option<usize>,
    pub(super) charset: Option<String>,
    /// `json_valid` checks it: how MariaDB keeps JSON.
    pub(super) is_checked_json: bool,
}

/// The kind of a declared type.
pub(super) fn kind(declared: &Declared) -> Kind {
    let is_unsigned = declared.whole.contains("unsigned");
    let integer = |bits| Kind::Integer { bits, is_unsigned };
    let fraction = declared.fraction.unwrap_or_default();
    match declared.name.as_str() {
        "tinyint" if declared.whole == "tinyint(1)" => Kind::Boolean,
        "tinyint" => integer(8),
        "smallint" => integer(16),
        "mediumint" => integer(24),
        "int" => integer(32),
        "bigint" => integer(64),
        "bit" => Kind::Bit(u32::try_from(declared.precision.unwrap_or(1)).unwrap_or(64)),
        "decimal" => Kind::Decimal {
            precision: declared.precision.unwrap_or(10),
            scale: declared.scale.unwrap_or_default(),
            is_unsigned,
        },
        "float" => Kind::Float,
        "double" => Kind::Double,
        "json" => Kind::Json { is_native: true },
        "longtext" if declared.is_checked_json => Kind::Json { is_native: false },
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Kind::Text(Text {
            most_chars: declared.most_chars.filter(|_| declared.name.ends_with("char")),
            most_bytes: declared.most_bytes.unwrap_or(usize::MAX),
            drops_spaces: declared.name == "char",
            is_utf8: declared.charset.as_deref().is_some_and(|charset| charset.starts_with("utf8")),
        }),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Kind::Bytes {
            most: declared.most_bytes.unwrap_or(usize::MAX),
            is_padded: declared.name == "binary",
        },
        "date" => Kind::Date,
        "time" => Kind::Time(fraction),
        "datetime" => Kind::DateTime(fraction),
        "timestamp" => Kind::Timestamp(fraction),
        "year" => Kind::Year,
        "enum" => Kind::Enum(members(&declared.whole)),
        "set" => Kind::Set(members(&declared.whole)),
        "uuid" => Kind::Uuid,
        "inet4" | "inet6" => Kind::Checked,
        _ => Kind::Opaque,
    }
}

/// The texts of `enum('a','it''s')`.
fn members(whole: &str) -> Vec<String> {
    let inner = whole.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let mut members = Vec::new();
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\'' {
            continue;
        }
        let mut member = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '\'' if letters.peek() == Some(&'\'') => member.extend(letters.next()),
                '\'' => break,
                _ => member.push(letter),
            }
        }
        members.push(member);
    }
    members
}

impl Kind {
    /// What it means to a pipeline.
    pub(super) fn field_type(&self) -> FieldType {
        match self {
            Self::Boolean | Self::Bit(1) => FieldType::Boolean,
            // A whole number of 64 bits with a sign holds half of these.
            Self::Integer { bits: 64, is_unsigned: true }
            | Self::Bit(64)
            | Self::Decimal { .. }
            | Self::Float
            | Self::Double => FieldType::Decimal,
            Self::Integer { .. } | Self::Year | Self::Bit(_) => FieldType::Integer,
            Self::Text(_)
            | Self::Bytes { .. }
            | Self::Time(_)
            | Self::Enum(_)
            | Self::Uuid
            | Self::Checked => FieldType::Text,
            Self::Date => FieldType::Date,
            Self::DateTime(_) | Self::Timestamp(_) => FieldType::Timestamp,
            Self::Set(_) => FieldType::List,
            Self::Json { .. } => FieldType::Json,
            Self::Opaque => FieldType::Any,
        }
    }

    /// The longest text in characters, where there is one that a pipeline can run into.
    pub(super) fn max_length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => text.most_chars,
            // Two hex digits for each byte.
            Self::Bytes { most, .. } if *most <= 65_535 => Some(2 * most),
            _ => None,
        }
    }

    /// Whether values can name rows: they are compared exactly, and their text is always the same.
    pub(super) fn can_match(&self) -> bool {
        matches!(
            self,
            Self::Integer { .. }
                | Self::Decimal { .. }
                | Self::Date
                | Self::DateTime(_)
                | Self::Timestamp(_)
                | Self::Year
                | Self::Enum(_)
                | Self::Uuid
                | Self::Bytes { .. }
                | Self::Text(_)
        )
    }

    /// A parameter that is compared with a column of this kind: without the type, decimals and times would be
    /// compared as binary fractions or as texts.
    pub(super) fn mark(&self) -> String {
        match self {
            Self::Decimal { precision, scale, .. } => format!("CAST(? AS DECIMAL({precision}, {scale}))"),
            Self::Date => "CAST(? AS DATE)".to_owned(),
            Self::Time(_) => "CAST(? AS TIME(6))".to_owned(),
            Self::DateTime(_) | Self::Timestamp(_) => "CAST(? AS DATETIME(6))".to_owned(),
            _ => "?".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_an_enum_are_read_as_they_were_declared() {
        assert_eq!(members("enum('a','it''s','b,c','')"), ["a", "it's", "b,c", ""]);
        assert_eq!(members("set('(x)','y')"), ["(x)", "y"]);
    }
}
