//! What tells one plan from another: the digest that a confirmation is bound to.

use super::{Approved, Planned, Step};
use crate::key::Scope;

/// Gathers the digest of a plan. The order in which records come means nothing: stream groups work beside each other.
#[derive(Debug, Default)]
pub struct Digest {
    records: Vec<[u8; 32]>,
}

impl Digest {
    /// Adds a record. What is only told, because carrying the plan out does not touch it, is passed over.
    pub fn add(&mut self, planned: &Planned) {
        if planned.step == Step::Drift {
            return;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&Approved::mark("", &planned.entity, &planned.key));
        let texts = [Some(planned.step.as_str()), Some(&planned.object), planned.target_id.as_deref()];
        for text in texts.into_iter().chain([planned.token.as_deref()]) {
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            hasher.update(&length.to_le_bytes()).update(text.unwrap_or_default().as_bytes());
        }
        for hash in [planned.content, planned.held] {
            hasher.update(&[u8::from(hash.is_some())]).update(&hash.map_or([0; 32], |hash| hash.0));
        }
        self.records.push(*hasher.finalize().as_bytes());
    }

    /// The digest of the plan of a pipeline, as its files are now.
    #[must_use]
    pub fn finish(mut self, scope: &Scope, fingerprint: &str) -> [u8; 32] {
        self.records.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for word in [&scope.tenant, &scope.environment, &scope.pipeline, scope.side.as_str(), fingerprint] {
            hasher.update(&(word.len() as u64).to_le_bytes()).update(word.as_bytes());
        }
        for record in &self.records {
            hasher.update(record);
        }
        *hasher.finalize().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Side;
    use engine_contract::ContentHash;
    use proptest::prelude::*;

    fn scope(pipeline: &str) -> Scope {
        Scope { tenant: "t".into(), environment: "e".into(), pipeline: pipeline.into(), side: Side::Source }
    }

    fn digest(plan: &[Planned]) -> [u8; 32] {
        let mut digest = Digest::default();
        for planned in plan {
            digest.add(planned);
        }
        digest.finish(&scope("p"), "f")
    }

    /// What a digest stands for.
    fn sorted(plan: &[Planned]) -> Vec<String> {
        let kept = plan.iter().filter(|planned| planned.step != Step::Drift);
        let of = |planned: &Planned| {
            let Planned { entity, key, step, object, target_id, content, token, held, .. } = planned;
            format!("{:?}", (entity, key, step, object, target_id, content, token, held))
        };
        let mut lines: Vec<String> = kept.map(of).collect();
        lines.sort();
        lines
    }

    fn planned() -> impl Strategy<Value = Planned> {
        let steps = prop::sample::select(vec![Step::Create, Step::Update, Step::Void, Step::Drift]);
        let hash = || prop::option::of((0_u8..2).prop_map(|byte| ContentHash([byte; 32])));
        let text = || prop::option::of("[ab]{0,1}");
        ("[ab]{0,2}", "[ab]{0,2}", steps, text(), text(), hash(), hash()).prop_map(
            |(entity, key, step, target_id, token, content, held)| Planned {
                entity,
                key,
                source_key: String::new(),
                origin: String::new(),
                step,
                object: "orders".to_owned(),
                target_id,
                content,
                token,
                held,
                fields: Vec::new(),
                money: None,
            },
        )
    }

    proptest! {
        /// Two plans have one digest exactly when they would write the same, in whatever order.
        #[test]
        fn a_digest_is_of_one_plan(
            mut one in prop::collection::vec(planned(), 0..4), other in prop::collection::vec(planned(), 0..4),
        ) {
            prop_assert_eq!(digest(&one) == digest(&other), sorted(&one) == sorted(&other));
            let before = digest(&one);
            one.reverse();
            prop_assert_eq!(digest(&one), before);
        }
    }

    #[test]
    fn a_digest_is_of_one_pipeline_with_these_files() {
        let of = |pipeline: &str, fingerprint: &str| Digest::default().finish(&scope(pipeline), fingerprint);
        assert_ne!(of("p", "f"), of("q", "f"));
        assert_ne!(of("p", "f"), of("p", "g"));
    }
}
