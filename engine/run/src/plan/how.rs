//! Tells how single records are mapped: which rule gives which field, and how far a record comes.

use super::Planner;
use crate::{
    error::RunError,
    stage::link::{Answers, Linked, Resolution},
    state::{Link, Place, Status},
    work::Work,
};
use engine_contract::{Op, Value};
use engine_plan::{Entity, EntityProgram, Find, Found, Links, Reference};
use jiff::civil::Date;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// How a record is mapped.
#[derive(Clone, Debug)]
pub struct How {
    /// The entity.
    pub entity: String,
    /// The record's key within the entity. May be personal data.
    pub key: String,
    /// The key by which the source gives the record.
    pub source_key: String,
    /// Where the source has it.
    pub origin: String,
    /// The fields of the target object, in the order of the mapping.
    pub fields: Vec<HowField>,
    /// How far it comes.
    pub reaches: Reaches,
}

/// A field, and where its value comes from.
#[derive(Clone, Debug)]
pub struct HowField {
    /// The dotted path, list positions from 0.
    pub path: String,
    /// The value, where there is one.
    pub value: Option<Value>,
    /// What the rule says.
    pub rule: String,
    /// Where the rule stands.
    pub place: Place,
    /// Why there is no value.
    pub trouble: Option<String>,
    /// The texts in it may be personal data.
    pub is_personal: bool,
}

/// How far a record comes before the target is asked.
#[derive(Clone, Debug)]
pub enum Reaches {
    /// To the target: the plan says what becomes of its object.
    Target,
    /// It waits for its parent.
    Parent {
        /// The parent's entity.
        entity: String,
    },
    /// The pipeline does not want it.
    Filtered,
    /// It has no object, and was made before this `start_date`.
    BeforeStart {
        /// The day.
        day: Date,
    },
    /// Another source record decides about its object.
    Overruled,
    /// An older mapping made its object, and that stays.
    Kept,
    /// A person took its object back.
    TakenBack,
    /// It cannot go on.
    Trouble {
        /// `failed` or `blocked`.
        status: Status,
        /// The diagnostic code.
        code: String,
        /// What is wrong.
        message: String,
        /// The mapping line.
        place: Option<Place>,
    },
}

/// Tells of each record how it is mapped.
pub(crate) async fn tell(
    work: &Work,
    planner: &dyn Planner,
    (entity, program): (&Entity, &EntityProgram),
    linked: &[Linked],
) -> Result<(), RunError> {
    let questions = Questions::default();
    for linked in linked {
        // What goes wrong is told with the answers.
        drop(fields(entity, program, linked, &questions));
    }
    let (references, finds) = questions.asked();
    let answers = Answers::of_all(work, references, finds).await?;
    for linked in linked {
        planner.mapped(How {
            entity: entity.name.clone(),
            key: linked.item.key.clone(),
            source_key: linked.item.source.key.clone(),
            origin: linked.item.source.origin.clone(),
            fields: fields(entity, program, linked, &answers),
            reaches: reaches(linked),
        });
    }
    Ok(())
}

fn fields(entity: &Entity, program: &EntityProgram, linked: &Linked, links: &dyn Links) -> Vec<HowField> {
    let live = linked.known.link.as_ref().filter(|link| link.target_id.is_some());
    let kept = live.and_then(|link| link.route.as_deref());
    let op = if live.is_some() { Op::Update } else { Op::Create };
    // Why a condition fails is how far the record comes.
    let traced = program.trace(&linked.item, kept, (links, op)).unwrap_or_default();
    let name = match &linked.outcome {
        Resolution::Ready(ready) => ready.route.as_deref(),
        _ => kept,
    };
    let route = entity.routes.iter().find(|route| route.name.as_deref() == name);
    let field = |traced: engine_plan::Traced| HowField {
        is_personal: route.is_none_or(|route| route.is_personal(&traced.path)),
        path: traced.path,
        value: traced.value,
        rule: traced.rule,
        place: traced.place.into(),
        trouble: traced.trouble,
    };
    traced.into_iter().map(field).collect()
}

fn reaches(linked: &Linked) -> Reaches {
    if linked.known.link.as_ref().is_some_and(Link::is_taken_back) {
        return Reaches::TakenBack;
    }
    match &linked.outcome {
        Resolution::Ready(_) => Reaches::Target,
        Resolution::Held(hold) => Reaches::Parent { entity: hold.parent.entity.clone() },
        Resolution::Awaits => Reaches::Parent { entity: String::new() },
        Resolution::Filtered => Reaches::Filtered,
        Resolution::Early(day) => Reaches::BeforeStart { day: *day },
        Resolution::Overruled => Reaches::Overruled,
        Resolution::Kept => Reaches::Kept,
        Resolution::Expired(_, fault) => trouble(fault, Status::Failed),
        Resolution::Failed(fault, status) => trouble(fault, *status),
    }
}

fn trouble(fault: &crate::stage::Fault, status: Status) -> Reaches {
    let (code, message, place) = (fault.code.clone(), fault.message.clone(), fault.place.clone());
    Reaches::Trouble { status, code, message, place }
}

/// Notes what is asked, and knows no answers.
#[derive(Default)]
struct Questions(Mutex<(Vec<Reference>, BTreeSet<Find>)>);

impl Questions {
    fn asked(self) -> (Vec<Reference>, BTreeSet<Find>) {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Links for Questions {
    fn target_id(&self, reference: &Reference) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.push(reference.clone());
        // Made up, so that what comes after it is asked too.
        Some("0".to_owned())
    }

    fn found(&self, find: &Find) -> Option<Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.insert(find.clone());
        None
    }
}
