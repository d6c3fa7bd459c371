//! What transforms take from the project and the tenant.

use crate::{
    scene::Scene,
    transform::{Defaults, Zone},
};

impl Scene<'_> {
    /// The zone of the tenant's days, else of the project's. A zone that does not exist has been reported.
    pub(crate) fn defaults(&self) -> Defaults {
        let name = self.tenant.timezone.as_deref().unwrap_or(&self.project.timezone);
        Defaults { zone: Zone::named(name).unwrap_or_default() }
    }
}
