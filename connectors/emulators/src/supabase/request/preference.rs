//! The header `Prefer`.

use crate::supabase::error::Refusal;
use http::HeaderMap;

/// What becomes of rows whose key is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    Merge,
    Ignore,
}

/// What an answer to a write shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Return {
    Representation,
    HeadersOnly,
    Minimal,
}

/// What a request prefers; of two that contradict each other the first counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preferences {
    pub(crate) resolution: Option<Resolution>,
    pub(crate) returns: Option<Return>,
    /// `exact`, `planned` or `estimated`.
    count: Option<&'static str>,
    /// Whether what is missing in a row takes its default; else it is null.
    defaults: Option<bool>,
    is_strict: Option<bool>,
    max_affected: Option<u64>,
    unknown: Vec<String>,
}

/// Whether a preference is honoured, by the kind of request.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Read,
    /// With whether there is a key by which duplicates are found.
    Insert(bool),
    Put,
    Update,
    Delete,
}

impl Preferences {
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut all = Self::default();
        let lines = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
        for word in lines.flat_map(|line| line.split(',')).map(str::trim) {
            all.add(word)?;
        }
        if all.is_strict == Some(true) && !all.unknown.is_empty() {
            let message = "Invalid preferences given with handling=strict";
            return Err(Refusal::new(400, "PGRST122", message)
                .details(format!("Invalid preferences: {}", all.unknown.join(", "))));
        }
        Ok(all)
    }

    fn add(&mut self, word: &str) -> Result<(), Refusal> {
        match word {
            "resolution=merge-duplicates" => first(&mut self.resolution, Resolution::Merge),
            "resolution=ignore-duplicates" => first(&mut self.resolution, Resolution::Ignore),
            "return=representation" => first(&mut self.returns, Return::Representation),
            "return=headers-only" => first(&mut self.returns, Return::HeadersOnly),
            "return=minimal" => first(&mut self.returns, Return::Minimal),
            "count=exact" => first(&mut self.count, "exact"),
            "count=planned" => first(&mut self.count, "planned"),
            "count=estimated" => first(&mut self.count, "estimated"),
            "missing=default" => first(&mut self.defaults, true),
            "missing=null" => first(&mut self.defaults, false),
            "handling=strict" => first(&mut self.is_strict, true),
            "handling=lenient" => first(&mut self.is_strict, false),
            // The end of transactions is known, and not left to callers: `db-tx-end` is `commit`.
            "tx=commit" | "tx=rollback" | "" => {}
            word if word.starts_with("timezone=") => return Err(Refusal::lacks("`Prefer: timezone`")),
            word => match word.strip_prefix("max-affected=") {
                Some(number) => {
                    if let Ok(number) = number.parse() {
                        first(&mut self.max_affected, number);
                    }
                }
                None => self.unknown.push(word.to_owned()),
            },
        }
        Ok(())
    }

    pub(crate) fn counts(&self) -> bool {
        self.count.is_some()
    }

    /// Whether writes tell how many rows they touched.
    pub(crate) fn counts_writes(&self) -> bool {
        matches!(self.count, Some("exact" | "estimated"))
    }

    pub(crate) fn defaults(&self) -> bool {
        self.defaults == Some(true)
    }

    /// How many rows may be touched at most.
    pub(crate) fn limit_of_rows(&self) -> Option<u64> {
        self.max_affected.filter(|_| self.is_strict == Some(true))
    }

    /// The header `Preference-Applied`: what was honoured, in a fixed order.
    pub(crate) fn applied(&self, purpose: Purpose) -> Option<String> {
        let mut words = Vec::new();
        let is_read = matches!(purpose, Purpose::Read);
        if matches!(purpose, Purpose::Insert(true)) {
            words.extend(self.resolution.map(|resolution| match resolution {
                Resolution::Merge => "resolution=merge-duplicates".to_owned(),
                Resolution::Ignore => "resolution=ignore-duplicates".to_owned(),
            }));
        }
        if matches!(purpose, Purpose::Insert(_) | Purpose::Update) {
            let word = |defaults| if defaults { "missing=default" } else { "missing=null" };
            words.extend(self.defaults.map(|defaults| word(defaults).to_owned()));
        }
        if !is_read {
            words.extend(self.returns.map(|returns| match returns {
                Return::Representation => "return=representation".to_owned(),
                Return::HeadersOnly => "return=headers-only".to_owned(),
                Return::Minimal => "return=minimal".to_owned(),
            }));
        }
        words.extend(self.count.map(|count| format!("count={count}")));
        words.extend(
            self.is_strict.map(|strict| {
                if strict { "handling=strict".to_owned() } else { "handling=lenient".to_owned() }
            }),
        );
        if matches!(purpose, Purpose::Update | Purpose::Delete) {
            words.extend(self.limit_of_rows().map(|limit| format!("max-affected={limit}")));
        }
        (!words.is_empty()).then(|| words.join(", "))
    }
}

fn first<T>(place: &mut Option<T>, value: T) {
    if place.is_none() {
        *place = Some(value);
    }
}
