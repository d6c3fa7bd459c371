//! Names an object differently when its name is taken, where `write.name_taken = "suffix_key"` asks for it.

use super::intent::request_key;
use crate::{state::Intent, work::Work};
use bytes::Bytes;
use engine_contract::split_key;
use engine_plan::{Entity, NameTaken};

/// The intent with the record's key behind the name: the same record gets the same name whenever it is asked.
/// Nothing when the policy is another one, when the object has no name, and when the key stands there already.
pub(crate) fn renamed(work: &Work, entity: &Entity, intent: &Intent) -> Option<Intent> {
    let payload = payload(
        work,
        entity,
        (intent.link.target_object.as_str(), &intent.payload),
        &intent.link.record.key,
    )?;
    let mut intent = Intent { payload, ..intent.clone() };
    // The service may remember its refusal under the key of the request.
    intent.link.generation += 1;
    intent.request_key = request_key(work, &intent);
    Some(intent)
}

/// The bytes with the record's key behind the name.
pub(crate) fn payload(
    work: &Work,
    entity: &Entity,
    (object, payload): (&str, &Bytes),
    key: &str,
) -> Option<Bytes> {
    if entity.write.name_taken != NameTaken::SuffixKey {
        return None;
    }
    let suffix = format!(" ({})", split_key(key).join(" "));
    work.target.renamed(object, payload, &suffix).filter(|renamed| renamed != payload)
}
