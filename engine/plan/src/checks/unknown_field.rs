//! Fields that the target does not have, or does not let anyone write.
//!
//! **What it finds.** A field of a map that its target object does not know (`mapping/unknown-field`), or
//! that is read-only (`mapping/read-only-field`), where the fields are known; so too in objects inside the
//! object, and in the elements of its lists.
//!
//! **Why it matters.** The target would refuse the write, or drop the value in silence.
//!
//! **Fails:** `emial = "$.email"` on a table with the column `email`.
//!
//! **Passes:** `email = "$.email"`.

use super::{
    names::{with_keys, with_names},
    types::{FieldSite, Level, Mapped, Named},
};
use engine_project::{
    diag::{Diagnostic, Diagnostics, code},
    rule::{Member, Node},
};

pub(super) fn check(mapped: &Mapped<'_>, out: &mut Diagnostics) {
    for level in &mapped.levels {
        for (name, member) in level.members {
            let is_unknown = match level.holder.named(name) {
                Named::Unknown => true,
                // An object that is known by the dotted names of its fields takes no value of its own.
                Named::Prefix(_) => !matches!(member.node, Node::Object(_)),
                Named::Field(_) | Named::Open => false,
            };
            if is_unknown {
                out.push(unknown(level, name, member));
            }
        }
    }
    for site in mapped.fields.iter().filter(|site| site.field.read_only) {
        out.push(read_only(site));
    }
}

fn unknown(level: &Level<'_>, name: &str, member: &Member) -> Diagnostic {
    let holder = &level.holder;
    let names = holder.fields().filter(|field| !field.read_only).map(|field| field.name.as_str());
    if holder.is_whole() {
        let message = format!("{} has no field `{name}`", holder.label());
        let unknown = Diagnostic::error(code::FIELD_UNKNOWN, message).at(member.place.clone(), "");
        return with_keys(unknown, name, names);
    }
    // Of a dotted name the key is the last part only.
    let path = format!("{}{name}", holder.within);
    let message = format!("`{}` has no field `{path}`", holder.object);
    let unknown = Diagnostic::error(code::FIELD_UNKNOWN, message).at(member.place.clone(), "");
    with_names(unknown, &path, names)
}

fn read_only(site: &FieldSite<'_>) -> Diagnostic {
    let message = format!("`{}` of `{}` cannot be written", site.path, site.object);
    let found = Diagnostic::error(code::FIELD_READ_ONLY, message).at(site.member.place.clone(), "read-only");
    found.help("remove the line")
}
