//! Writes a file from its ledger: under another name, to the disk, then renamed.

use super::{Place, cells, ledger::Ledger, object::ObjectRule};
use crate::{config::Format, error};
use engine_contract::Result;
use flate2::{Compression, write::GzEncoder};
use std::io::{self, BufWriter, Write};

/// Replaces the file when the ledger holds something else, or when it is gone.
pub(super) fn publish(place: &Place, rule: &ObjectRule, ledger: &Ledger) -> Result<()> {
    let unpublished = ledger.unpublished()?;
    if unpublished.is_none() && place.folder.has(&rule.file)? {
        return Ok(());
    }
    let draft = rule.beside(".new");
    let failed = |error: io::Error| error::of_writing(error, &draft);
    let mut out = BufWriter::with_capacity(1 << 16, place.folder.create(&draft)?);
    if rule.is_gzip {
        let mut gzip = GzEncoder::new(&mut out, Compression::default());
        content(rule, ledger, &mut gzip)?;
        gzip.finish().map_err(failed)?;
    } else {
        content(rule, ledger, &mut out)?;
    }
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    drop(file);
    place.folder.rename(&draft, &rule.file, rule.folder())?;
    unpublished.map_or(Ok(()), |changed| ledger.note_published(changed))
}

fn content(rule: &ObjectRule, ledger: &Ledger, out: &mut dyn Write) -> Result<()> {
    if rule.format == Format::Csv {
        return cells::rows(rule, ledger, out);
    }
    let failed = |error: io::Error| error::of_writing(error, &rule.file);
    ledger.each(|line| out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(failed))
}
