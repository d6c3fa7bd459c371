//! An object of the target whose fields are known: the whole, one inside it, or an element of a list.

use engine_contract::{EntitySchema, Field, FieldType};

/// Something that has target fields.
#[derive(Clone, Debug)]
pub(crate) struct Holder<'a> {
    /// The target object.
    pub(crate) object: &'a str,
    /// Where in the object it is, with a dot at its end; empty for the object itself.
    pub(crate) within: String,
    fields: &'a [Field],
    /// Catalogs may list the fields of inner objects under dotted names: how those of this one start.
    prefix: String,
    is_open: bool,
}

/// What a name leads to.
#[derive(Clone, Debug)]
pub(crate) enum Named<'a> {
    /// A field.
    Field(&'a Field),
    /// An object that is known only by the dotted names of its fields.
    Prefix(Holder<'a>),
    /// No field, but the object takes any.
    Open,
    /// Nothing.
    Unknown,
}

impl<'a> Holder<'a> {
    /// The target object itself; nothing when its fields are not known.
    pub(crate) fn of(schema: &'a EntitySchema) -> Option<Self> {
        let holder = Self {
            object: &schema.name,
            within: String::new(),
            fields: &schema.fields,
            prefix: String::new(),
            is_open: false,
        };
        (!schema.fields.is_empty()).then_some(holder)
    }

    /// What a name in a map leads to.
    pub(crate) fn named(&self, name: &str) -> Named<'a> {
        let whole = format!("{}{name}", self.prefix);
        if let Some(field) = self.fields.iter().find(|field| field.name == whole) {
            return Named::Field(field);
        }
        let prefix = format!("{whole}.");
        if self.fields.iter().any(|field| field.name.starts_with(&prefix)) {
            let within = format!("{}{name}.", self.within);
            return Named::Prefix(Self { within, prefix, ..self.clone() });
        }
        if self.is_open { Named::Open } else { Named::Unknown }
    }

    /// The object that a field holds, or an element of the list that it holds; nothing when its fields are not known.
    pub(crate) fn inside(&self, field: &'a Field, name: &str) -> Option<Self> {
        let element = if field.kind == FieldType::List { "[]" } else { "" };
        let is_known = matches!(field.kind, FieldType::Object | FieldType::List) && !field.fields.is_empty();
        is_known.then(|| Self {
            within: format!("{}{name}{element}.", self.within),
            fields: &field.fields,
            prefix: String::new(),
            is_open: field.is_open,
            ..self.clone()
        })
    }

    /// What it has.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'a Field> {
        self.fields.iter()
    }

    /// Whether its own fields are listed, and not those of an object around it.
    pub(crate) fn is_whole(&self) -> bool {
        self.prefix.is_empty()
    }

    /// How it is called in messages: `Invoice`, `BillAddr` of `Invoice`.
    pub(crate) fn label(&self) -> String {
        match self.within.strip_suffix('.') {
            Some(within) => format!("`{within}` of `{}`", self.object),
            None => format!("`{}`", self.object),
        }
    }
}
