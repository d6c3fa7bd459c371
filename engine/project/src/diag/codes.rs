//! All codes, each once, with the sentence that explains it. A code is never renamed and never reused.

use serde::{Serialize, Serializer};
use std::fmt;

/// The name of a kind of mistake: an area and some words, `mapping/not-a-path`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// The code as it is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The sentence that explains it.
    #[must_use]
    pub fn summary(self) -> &'static str {
        code::SUMMARIES.iter().find(|(code, _)| *code == self).map_or("", |(_, summary)| summary)
    }

    /// Every code there is, in the order of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        code::SUMMARIES.iter().map(|(code, _)| *code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

macro_rules! codes {
    ($($(#[doc = $summary:literal])+ $name:ident = $code:literal;)+) => {
        /// The codes by name.
        pub mod code {
            use super::Code;

            $($(#[doc = $summary])+ pub const $name: Code = Code($code);)+

            pub(super) const SUMMARIES: &[(Code, &str)] = &[$(($name, concat!($($summary),+).trim_ascii())),+];
        }
    };
}

codes! {
    /// A file or folder of the project is there but cannot be read.
    FILE_UNREADABLE = "file/unreadable";
    /// A file is named that the project does not have.
    FILE_NOT_FOUND = "file/not-found";
    /// A file is larger than 1 MiB.
    FILE_TOO_LARGE = "file/too-large";
    /// A path leads out of the project.
    FILE_OUTSIDE = "file/outside-project";

    /// The text of a file is not TOML.
    TOML_SYNTAX = "toml/syntax";
    /// Tables or arrays are nested more than 64 levels deep.
    TOML_TOO_DEEP = "toml/too-deep";
    /// A number has no exact value, such as `inf` and `nan`.
    TOML_NUMBER = "toml/inexact-number";
    /// A file uses syntax that only TOML 1.1 has.
    TOML_NOT_PORTABLE = "toml/not-portable";

    /// A table has a key that means nothing there.
    UNKNOWN_KEY = "format/unknown-key";
    /// A value has another type than its key asks for.
    WRONG_TYPE = "format/wrong-type";
    /// A value is none of those that its key allows.
    UNKNOWN_VALUE = "format/unknown-value";
    /// A table lacks a key that it needs.
    MISSING_KEY = "format/missing-key";
    /// A text is empty where it names something.
    EMPTY_NAME = "format/empty-name";

    /// The state store has a scheme that this engine does not know.
    STATE_UNSUPPORTED = "project/unsupported-state";
    /// A time zone is none that this engine knows.
    TIMEZONE_UNKNOWN = "project/unknown-timezone";
    /// An environment variable is used that `[project] env` does not list.
    VARIABLE_NOT_LISTED = "project/variable-not-listed";
    /// An environment variable is used that is not set.
    VARIABLE_NOT_SET = "project/variable-not-set";
    /// An environment is asked for that has no connections file.
    ENVIRONMENT_UNKNOWN = "project/unknown-environment";

    /// Two tenants have the same name.
    TENANT_DUPLICATE = "tenant/duplicate-name";
    /// A test names a tenant that the project does not have.
    TENANT_UNKNOWN = "tenant/unknown";
    /// A pipeline binds a connection, but the project has no tenants.
    TENANT_NONE = "tenant/none";
    /// A tenant does not bind a connection that one of its pipelines needs.
    TENANT_NOT_BOUND = "tenant/not-bound";
    /// Two tenants bind the same connection.
    TENANT_SHARED = "tenant/shared-connection";
    /// A tenant that works on sandboxes uses a real account.
    TENANT_SANDBOX = "tenant/real-account";

    /// A value of a variable has another type than the variable.
    VAR_TYPE = "var/type";
    /// A value is given to a variable that no pipeline there declares.
    VAR_UNKNOWN = "var/unknown";
    /// A variable without default is not set.
    VAR_NOT_SET = "var/not-set";

    /// A connection is named that connections.toml does not have.
    CONNECTION_UNKNOWN = "connection/unknown";
    /// A pipeline names one connector, its connection another.
    CONNECTOR_MISMATCH = "connection/connector-mismatch";

    /// The file of a saved catalog cannot be read.
    CATALOG_UNREADABLE = "connection/catalog-unreadable";
    /// What a connection offers could not be looked at, so that less is checked.
    OFFER_UNKNOWN = "connection/offer-unknown";

    /// Two pipelines have the same name.
    PIPELINE_DUPLICATE = "pipeline/duplicate-name";
    /// A pipeline has no entity.
    PIPELINE_EMPTY = "pipeline/no-entity";
    /// Two files of a pipeline's folder say the same thing.
    PIPELINE_TWICE = "pipeline/given-twice";

    /// The name of a library's file is no name that a script could call it by.
    LIBRARY_NAME = "library/name";
    /// Two libraries of a pipeline have the same name.
    LIBRARY_DUPLICATE = "library/duplicate";

    /// A schedule is no cron expression.
    SCHEDULE_CRON = "schedule/cron";

    /// `[[moved]]` does not name two pipelines, two entities or two connections.
    MOVED_NAME = "moved/name";
    /// `[[moved]]` leads to something that does not exist.
    MOVED_UNKNOWN = "moved/unknown";
    /// `[[moved]]` starts from something that still exists.
    MOVED_STILL_THERE = "moved/still-there";

    /// `[[reconcile]]` compares an entity that the pipeline does not have.
    RECONCILE_ENTITY = "reconcile/unknown-entity";
    /// `[[reconcile]]` sums something on one side only.
    RECONCILE_SUMS = "reconcile/one-sided";
    /// Two `[[reconcile]]` of a pipeline have the same name.
    RECONCILE_NAME = "reconcile/name-taken";
    /// `by` of a `[[reconcile]]` and its rules do not name the same groups.
    RECONCILE_GROUP = "reconcile/unknown-group";
    /// A sum or a group of `[[reconcile]]` uses `ref`, `find`, `on` or `marker`.
    RECONCILE_RULE = "reconcile/foreign-rule";
    /// `target.object` of a `[[reconcile]]` names a kind of object that its entity does not write.
    RECONCILE_OBJECT = "reconcile/unknown-object";
    /// `[[reconcile]]` compares an entity in which several source records become one object.
    RECONCILE_FOLDED = "reconcile/folded-entity";

    /// The name of an entity is empty or contains a dot, so that no reference could name it.
    ENTITY_NAME = "entity/name";
    /// An entity has neither `to` nor routes, or both.
    ENTITY_TARGET = "entity/target";
    /// An entity maps no field.
    ENTITY_NO_MAP = "entity/no-map";
    /// `each` and `each_key` come only together.
    ENTITY_EACH = "entity/each";
    /// `write.replace_within` is given without `each`.
    REPLACE_WITHOUT_EACH = "entity/replace-without-each";
    /// `write` names a field twice in one list.
    WRITE_FIELD_TWICE = "entity/repeated-write-field";
    /// An entity has two routes with `otherwise`.
    ROUTE_OTHERWISE = "entity/several-otherwise";
    /// A route has none of `when`, `when_ref` and `otherwise`, or several.
    ROUTE_CONDITION = "entity/route-condition";

    /// A lookup has neither `values` nor `file`, or both.
    LOOKUP_VALUES = "lookup/values";
    /// The file of a lookup is not a table with the columns `from` and `to`.
    LOOKUP_FILE = "lookup/file";
    /// The file of a lookup has the same `from` twice.
    LOOKUP_DUPLICATE = "lookup/duplicate";

    /// A test names an entity that the pipeline does not have.
    TEST_ENTITY = "test/unknown-entity";
    /// A test names a route that the entity does not have.
    TEST_ROUTE = "test/unknown-route";
    /// The input of a test has neither `file` nor `json`, or both.
    TEST_INPUT = "test/input";

    /// A text in a mapping is no path: it starts neither with `$` nor with `@`.
    NOT_A_PATH = "mapping/not-a-path";
    /// A table in a mapping has a key that is no keyword of a rule.
    UNKNOWN_KEYWORD = "mapping/unknown-keyword";
    /// A rule has several sources.
    SEVERAL_SOURCES = "mapping/several-sources";
    /// `key`, `if_missing` and `hold_for` say how a reference is found: they come with `ref` only.
    WITHOUT_REF = "mapping/without-ref";
    /// `by` and `value` say what is looked for: they come with `find` only.
    WITHOUT_FIND = "mapping/without-find";
    /// A value stands where a mapping has no use for it.
    NOT_A_RULE = "mapping/not-a-rule";
    /// A transform is written in a way that none is.
    TRANSFORM_SHAPE = "mapping/transform-shape";

    /// A pipeline is named that the project does not have.
    PIPELINE_UNKNOWN = "pipeline/unknown";
    /// A connection names a connector that this engine does not have.
    CONNECTOR_UNKNOWN = "connection/unknown-connector";
    /// A folder of connectors/ has no connector.toml.
    CONNECTOR_NO_MANIFEST = "connector/no-manifest";
    /// A connector of the project is called otherwise than its folder.
    CONNECTOR_NAME = "connector/name";
    /// A connector of the project has the name of one that comes with the engine.
    CONNECTOR_SHADOWS = "connector/shadows";
    /// A table of connector.toml has a key that means nothing there.
    CONNECTOR_KEY = "connector/unknown-key";
    /// A value in connector.toml is none of those that its key allows.
    CONNECTOR_VALUE = "connector/unknown-value";
    /// A value in connector.toml has another type than its key asks for.
    CONNECTOR_TYPE = "connector/wrong-type";
    /// A table of connector.toml lacks a key that it needs.
    CONNECTOR_MISSING = "connector/missing-key";
    /// What connector.toml says does not fit together.
    CONNECTOR_SENSE = "connector/inconsistent";
    /// A file of a connector's fields has a mistake.
    CONNECTOR_FIELDS = "connector/fields";
    /// The hooks of a connector do not compile.
    CONNECTOR_HOOK_SYNTAX = "connector/hook-syntax";
    /// A connector has a hook that nobody calls, or lacks one that is needed.
    CONNECTOR_HOOK = "connector/unknown-hook";
    /// The hooks of a connector have more than 60 lines.
    CONNECTOR_MUCH_SCRIPT = "connector/much-script";
    /// A setting of a connection is not what its connector asks for.
    CONNECTION_SETTING = "connection/setting";
    /// The source of a pipeline is a connection that offers no stream.
    NO_STREAM = "connection/no-stream";
    /// The target of a pipeline is a connection that offers no target object.
    NO_OBJECT = "connection/no-object";

    /// An entity reads a stream that the source does not have.
    STREAM_UNKNOWN = "entity/unknown-stream";
    /// An entity follows changes by a field that its stream does not offer as a cursor.
    CURSOR_UNKNOWN = "entity/unknown-cursor";
    /// An entity writes a target object that the target does not have.
    OBJECT_UNKNOWN = "entity/unknown-object";
    /// An entity needs one that the pipeline does not have.
    NEED_UNKNOWN = "entity/unknown-need";
    /// Entities wait for each other in a circle.
    ENTITY_CYCLE = "entity/cycle";
    /// `write` names a field that the map does not fill.
    WRITE_FIELD = "entity/unknown-write-field";
    /// A key contains a reference, but keys come from the record alone.
    KEY_REFERENCE = "entity/reference-in-key";
    /// `on` stands inside a key, which is the same for creates and updates.
    KEY_ON = "entity/on-in-key";

    /// A path starts like one but cannot be read.
    PATH_SYNTAX = "mapping/path-syntax";
    /// `@` stands where there is no `each` around it.
    ELEMENT_OUTSIDE = "mapping/element-without-each";
    /// The path of an `each` has at most one hit.
    EACH_SINGLE = "mapping/single-each";
    /// A script does not compile.
    SCRIPT_SYNTAX = "mapping/script-syntax";
    /// A transform is named that does not exist.
    TRANSFORM_UNKNOWN = "mapping/unknown-transform";
    /// A transform is given what it cannot use.
    TRANSFORM_ARGUMENT = "mapping/transform-argument";
    /// A lookup is named that the pipeline does not have.
    LOOKUP_UNKNOWN = "mapping/unknown-lookup";
    /// A reference names an entity or a route that the pipeline does not have.
    REFERENCE_UNKNOWN = "mapping/unknown-reference";
    /// A reference to an entity with several target objects names no route.
    REFERENCE_ROUTE = "mapping/reference-without-route";
    /// A field is mapped that the target object does not have.
    FIELD_UNKNOWN = "mapping/unknown-field";
    /// A field is mapped that the target does not let anyone write.
    FIELD_READ_ONLY = "mapping/read-only-field";
    /// A field that the target requires is not mapped.
    FIELD_MISSING = "mapping/missing-field";

    /// A target object does not offer a policy that an entity asks for.
    NOT_OFFERED = "entity/not-offered";
    /// A table is to be made in a target that makes none.
    NO_CREATE_TABLE = "entity/no-create-table";
    /// A table is to be made, and nothing says what tells its rows apart.
    TABLE_WITHOUT_KEY = "entity/table-without-key";
    /// The field that marks deleted objects cannot do so.
    DELETED_FIELD = "entity/deleted-field";
    /// A table is to be made, and the type of a column is not known.
    UNTYPED_COLUMN = "mapping/untyped-column";
    /// An entity writes a target object that can only be looked up.
    OBJECT_READ_ONLY = "entity/read-only-object";
    /// A stream is read whole in every run and compared by content.
    STREAM_SWEPT = "entity/swept";
    /// An entity says who wins when both sides change a record, and changes flow one way only.
    ENTITY_ONE_WAY = "entity/one-way";
    /// Changes of an entity are to flow back to the source, and cannot.
    NOT_TWO_WAY = "entity/not-two-way";
    /// Changes of a field cannot be carried back to the source.
    NOT_REVERSIBLE = "mapping/not-reversible";
    /// A filter is named that the stream does not have.
    FILTER_UNKNOWN = "entity/unknown-filter";
    /// A filter is given a value that it does not take.
    FILTER_VALUE = "entity/filter-value";

    /// A variable is declared that nothing uses.
    VAR_UNUSED = "var/unused";
    /// A lookup is defined that no rule uses.
    LOOKUP_UNUSED = "lookup/unused";
    /// A library is named that no script calls.
    LIBRARY_UNUSED = "library/unused";
    /// A test has a stub for something that the pipeline does not use.
    TEST_STUB = "test/unknown-stub";
    /// What comes out of a test is not what it expects.
    TEST_FAILED = "test/failed";
    /// A further record of a test's sample fails.
    TEST_SAMPLE = "test/sample-fails";

    /// A variable is used that the pipeline does not declare.
    VARIABLE_UNKNOWN = "mapping/unknown-variable";
    /// A rule looks for an object, or by a field, that the target does not have.
    FIND_UNKNOWN = "mapping/unknown-find";
    /// The target cannot search objects by a field.
    NOT_SEARCHABLE = "mapping/not-searchable";
    /// A condition gives something else than true or false.
    CONDITION = "mapping/condition";
    /// A script reads a member of something that may be missing.
    MEMBER_OF_NOTHING = "mapping/member-of-nothing";
    /// A default is given for a value that is always there.
    DEFAULT_UNUSED = "mapping/unused-default";
    /// A transform may lose a part of a value.
    LOSSY = "mapping/lossy";
    /// Money passes through a step that is not exact.
    MONEY_INEXACT = "mapping/inexact-money";
    /// A path leads to a field that the stream does not have.
    PATH_UNKNOWN = "mapping/unknown-path";
    /// A path takes a list, an object or a plain value for something else.
    PATH_SHAPE = "mapping/path-shape";
    /// A filter compares a fraction, which filters do not do exactly.
    FILTER_FRACTION = "mapping/inexact-filter";
    /// A path with `..` walks through the whole record.
    PATH_DESCENDANTS = "mapping/descendants";

    /// A record has no value for a required field.
    VALUE_REQUIRED = "mapping/required";
    /// A value has a type that the target's field does not take.
    VALUE_TYPE = "mapping/wrong-type";
    /// A text is longer than the target's field.
    VALUE_TOO_LONG = "mapping/too-long";
    /// A text is none of those that the target's field takes.
    VALUE_NOT_ALLOWED = "mapping/not-allowed";
    /// A transform got a value that it cannot work on.
    TRANSFORM_FAILED = "mapping/transform-failed";
    /// A script stopped with an error.
    SCRIPT_FAILED = "mapping/script-failed";
    /// A lookup does not have a value and has no default.
    LOOKUP_MISS = "mapping/lookup-miss";
    /// The target has no object that a mapping looks for.
    FIND_MISSING = "mapping/find-missing";
    /// The target has several objects that a mapping looks for.
    FIND_AMBIGUOUS = "mapping/find-ambiguous";
    /// A target object does not fulfil an assert.
    ASSERT_FAILED = "mapping/assert-failed";
    /// A part of a record's key is missing, empty or 0.
    KEY_MISSING = "mapping/missing-key";
    /// The key of a reference is missing, empty or 0.
    REFERENCE_KEY = "mapping/reference-key";
    /// A record refers to one that is not linked, and must not wait.
    REFERENCE_MISSING = "mapping/reference-missing";
    /// A record fits none of its entity's routes.
    NO_ROUTE = "mapping/no-route";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_code_is_an_area_and_words_and_stands_once_with_a_sentence() {
        let mut seen = BTreeSet::new();
        for code in Code::all() {
            assert!(seen.insert(code), "{code} stands twice");
            let (area, words) = code.as_str().split_once('/').unwrap();
            let kebab = |text: &str| {
                !text.is_empty()
                    && text.split('-').all(|word| {
                        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                    })
            };
            assert!(kebab(area) && kebab(words), "{code}");
            assert!(code.summary().ends_with('.'), "{code}: {}", code.summary());
        }
    }
}
