//! Names an object differently when its name is taken, where `write.name_taken = "suffix_key"` asks for it.

use super::intent::request_key;
use crate::{state::Intent, work::Work};
use engine_contract::split_key;
use engine_plan::{Entity, NameTaken};

/// The intent with the record's key behind the name: the same record gets the same name whenever it is asked.
/// Nothing when the policy is another one, when the object has no name, and when the key stands there already.
pub(crate) fn renamed(work: &Work, entity: &Entity, intent: &Intent) -> Option<Intent> {
    if entity.write.name_taken != NameTaken::SuffixKey {
        return None;
    }
    let suffix = format!(" ({})", split_key(&intent.link.record.key).join(" "));
    let payload = work.target.renamed(&intent.link.target_object, &intent.payload, &suffix)?;
    if payload == intent.payload {
        return None;
    }
    let mut intent = Intent { payload, ..intent.clone() };
    // The service may remember its refusal under the key of the request.
    intent.link.generation += 1;
    intent.request_key = request_key(work, &intent);
    Some(intent)
}
