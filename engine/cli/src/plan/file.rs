//! The file of a plan: one JSON document per line. The first says what the plan is of, the last how many records it has and
//! the digest of all before it, so that a file that was cut or edited is recognised.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use engine_contract::ContentHash;
use engine_run::plan::{Approved, Head, Planned, Promise, Step};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

/// The version of the format that this engine writes and reads.
pub(super) const FORMAT: u32 = 1;

/// Writes a plan beside its place, and puts it there when it is whole.
pub(crate) struct Writer {
    path: PathBuf,
    unfinished: PathBuf,
    out: BufWriter<File>,
    hasher: blake3::Hasher,
    salt: String,
    valid_until: Timestamp,
    records: u64,
    failure: Option<std::io::Error>,
}

/// A plan that was read.
pub(crate) struct Kept {
    pub(crate) head: Head,
    pub(crate) approved: Approved,
}

#[derive(Deserialize)]
struct First {
    plan: Head,
}

#[derive(Deserialize)]
struct Last {
    end: End,
}

#[derive(Serialize, Deserialize)]
struct End {
    records: u64,
    digest: String,
}

/// What is read again of a record. What is shown of it is for people.
#[derive(Deserialize)]
struct Line {
    entity: String,
    source: String,
    record: String,
    step: Step,
    target_id: Option<String>,
    content: Option<String>,
    token: Option<String>,
    held: Option<String>,
}

impl Writer {
    /// Begins a file.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(crate) fn create(path: &Path, head: &Head) -> Result<Self> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let file = File::create(&unfinished).map_err(|error| unwritable(path, &error))?;
        let mut writer = Self {
            path: path.to_owned(),
            unfinished,
            out: BufWriter::new(file),
            hasher: blake3::Hasher::new(),
            salt: head.salt.clone(),
            valid_until: head.valid_until,
            records: 0,
            failure: None,
        };
        writer.line(&json!({ "plan": head }));
        Ok(writer)
    }

    /// Adds a record. What goes wrong is told at the end.
    pub(super) fn record(&mut self, planned: &Planned) {
        self.records += 1;
        let mark = Approved::mark(&self.salt, &planned.entity, &planned.key);
        let fields = planned
            .fields
            .iter()
            .map(|field| json!({ "path": field.path, "before": field.before, "after": field.after }));
        let money = planned
            .money
            .as_ref()
            .map(|money| json!({ "amount": money.amount.to_string(), "currency": money.currency }));
        self.line(&json!({
            "entity": planned.entity, "source": planned.source_key, "origin": planned.origin,
            "record": format!("{:032x}", u128::from_be_bytes(mark)), "step": planned.step, "object": planned.object,
            "target_id": planned.target_id, "token": planned.token,
            "content": planned.content.map(|hash| hash.to_string()),
            "held": planned.held.map(|hash| hash.to_string()),
            "fields": fields.collect::<Vec<_>>(), "money": money,
        }));
    }

    fn line(&mut self, document: &Json) {
        let text = format!("{document}\n");
        self.hasher.update(text.as_bytes());
        if self.failure.is_none() {
            self.failure = self.out.write_all(text.as_bytes()).err();
        }
    }

    /// Ends the file and puts it in its place; says until when it can be carried out.
    ///
    /// # Errors
    /// When it could not be written whole: then there is none.
    pub(crate) fn finish(mut self) -> Result<Timestamp> {
        let end = End { records: self.records, digest: self.hasher.finalize().to_hex().to_string() };
        self.line(&json!({ "end": end }));
        let written = match self.failure.take() {
            Some(error) => Err(error),
            None => self.out.flush().and_then(|()| self.out.get_ref().sync_all()),
        };
        let placed = written.and_then(|()| std::fs::rename(&self.unfinished, &self.path));
        match placed {
            Ok(()) => Ok(self.valid_until),
            Err(error) => {
                drop(std::fs::remove_file(&self.unfinished));
                Err(unwritable(&self.path, &error))
            }
        }
    }

    /// Leaves no file: the plan came to no end.
    pub(crate) fn give_up(self) {
        drop(self.out);
        drop(std::fs::remove_file(&self.unfinished));
    }
}

/// Reads a plan.
///
/// # Errors
/// `plan/not-found` and `plan/unreadable`.
pub(crate) fn read(path: &Path) -> Result<Kept> {
    let file = File::open(path).map_err(|error| {
        let message = format!("the plan `{}` cannot be read: {error}", path.display());
        let exit = if error.kind() == std::io::ErrorKind::NotFound { Exit::NotFound } else { Exit::Failed };
        CommandError::new(exit, "plan/unreadable", message)
    })?;
    let broken = |what: &str| {
        let message = format!("`{}` is no whole plan: {what}", path.display());
        CommandError::new(Exit::Failed, "plan/unreadable", message)
            .help("make another with `engine plan PIPELINE --out FILE`, and leave it as it is")
    };
    let mut hasher = blake3::Hasher::new();
    let mut kept: Option<Kept> = None;
    let mut records = 0;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| broken(&error.to_string()))?;
        let Some(kept) = &mut kept else {
            let First { plan } = serde_json::from_str(&line)
                .map_err(|_| broken("its first line does not say what it is of"))?;
            if plan.format != FORMAT {
                return Err(broken("another version of the engine wrote it"));
            }
            hasher.update(line.as_bytes()).update(b"\n");
            let approved = Approved::new(plan.salt.clone());
            kept = Some(Kept { head: plan, approved });
            continue;
        };
        if let Ok(Last { end }) = serde_json::from_str(&line) {
            let is_whole = end.records == records && end.digest == hasher.finalize().to_hex().as_str();
            if !is_whole {
                return Err(broken("it was changed after it was made"));
            }
            return Ok(Kept { head: kept.head.clone(), approved: std::mem::take(&mut kept.approved) });
        }
        hasher.update(line.as_bytes()).update(b"\n");
        records += 1;
        let record: Line =
            serde_json::from_str(&line).map_err(|_| broken("one of its lines is no record"))?;
        if record.step == Step::Drift {
            continue;
        }
        let mark = bytes(&record.record).ok_or_else(|| broken("one of its lines is no record"))?;
        let hash = |text: &Option<String>| text.as_deref().and_then(bytes).map(ContentHash);
        let promise = Promise {
            step: record.step,
            target_id: record.target_id,
            content: hash(&record.content),
            token: record.token,
            held: hash(&record.held),
        };
        kept.approved.add(&record.entity, &record.source, mark, promise);
    }
    Err(broken("its end is missing"))
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    let message = format!("the plan cannot be kept in `{}`: {error}", path.display());
    CommandError::new(Exit::Failed, "plan/unwritable", message)
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if hex.len() != 2 * N {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
