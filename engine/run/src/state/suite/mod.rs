//! What every state store promises, tried on SQLite and on PostgreSQL.
//!
//! A promise is a function that gets a [`Home`]: a place of its own where stores can be opened, as often as it likes. The
//! list below makes a test of each for each database. Promises that only one database can keep or break are tried
//! beside that database.

mod confirmation;
mod copy;
mod desk;
mod history;
mod home;
mod intent;
mod lease;
mod link;
mod mark;
mod missing;
mod pair;
mod rename;
pub(crate) mod sample;
mod settle;
mod tables;
mod together;
mod vault;

use home::Home;
pub(super) use sample::{ACCOUNT, Hands, master, tokens, wait};

/// Makes a test of each promise for each database.
macro_rules! promises {
    ($($room:ident: $($promise:ident),+;)+) => {
        mod sqlite {
            $($(#[test] fn $promise() { super::$room::$promise(&super::home::sqlite()); })+)+
        }
        #[cfg(feature = "postgres")]
        mod postgres {
            $($(#[test] fn $promise() { super::$room::$promise(&super::home::postgres()); })+)+
        }
    };
}

promises! {
    lease: a_lease_has_one_holder_until_it_ends, each_taking_has_a_higher_epoch,
        a_lease_of_a_dead_owner_is_taken_at_once, a_lost_lease_is_neither_renewed_nor_released,
        nothing_is_committed_under_a_lost_lease, of_many_that_ask_at_once_one_gets_the_lease;
    settle: cursors_never_move_back, a_cursor_of_something_else_starts_anew, a_settlement_is_one_change,
        audit_rows_are_a_chain, a_batch_of_five_hundred_comes_back_whole, of_two_rows_with_one_key_the_last_stays;
    link: a_target_object_has_one_record, shared_target_objects_have_many, a_freed_target_object_can_be_taken,
        refused_effects_spend_their_generation, references_lead_to_targets_by_route,
        children_and_owners_and_samples_are_found, links_come_page_by_page_in_the_order_of_their_keys,
        any_text_comes_back;
    intent: intents_come_back_in_the_order_of_their_revisions, closed_intents_are_gone_and_open_ones_stay,
        a_note_of_what_is_sent_lasts_until_the_settlement;
    mark: what_waits_is_revisited_in_the_order_of_source_keys, marks_of_this_run_are_not_due_again,
        holds_end_when_the_parent_lands_or_time_is_up, what_was_looked_at_loses_its_marks,
        a_whole_read_clears_what_it_did_not_meet, what_fails_again_and_again_is_looked_at_less_and_less,
        dead_and_ignored_records_wait_for_a_change_or_for_nothing, a_hold_whose_time_is_up_is_a_failure_from_then_on;
    missing: what_is_missing_is_noted_once_until_it_is_found, a_dry_run_sees_what_is_missing_and_notes_nothing;
    pair: what_both_sides_agree_on_is_kept_with_the_link, a_conflict_is_one_until_both_sides_agree,
        both_sides_of_a_record_go_on_under_new_names;
    desk: failed_records_have_an_id_and_what_was_said_of_them, a_failed_record_is_kept_as_it_was,
        a_run_tells_what_it_made_and_what_was_written_again, a_record_is_found_by_any_of_its_names_and_its_life_told;
    history: counts_of_batches_add_up, runs_are_listed_newest_first, runs_of_dead_owners_are_closed,
        failed_records_are_listed_without_personal_keys, what_waits_is_counted_by_pipeline;
    rename: everything_of_an_entity_goes_on_under_its_new_name_and_once_is_enough,
        pipelines_and_connections_are_renamed_too_and_chains_lead_to_the_last_name,
        two_names_in_use_are_refused_and_nothing_changes, what_another_run_works_on_is_not_renamed,
        a_dry_run_sees_the_new_names_and_leaves_the_old_ones, marks_under_both_names_keep_the_old_one;
    vault: of_two_that_store_on_the_same_version_one_is_told_to_load, replaced_tokens_are_kept_for_a_day,
        a_version_from_before_a_logout_is_never_good_again,
        secrets_are_listed_with_their_hosts_and_without_their_values, two_stores_take_turns,
        a_new_master_key_opens_everything_and_the_old_one_nothing,
        a_rotation_that_cannot_publish_its_key_changes_nothing, keys_are_rotated_while_others_write;
    confirmation: a_question_is_answered_once, an_answer_to_something_else_does_not_count,
        of_many_that_answer_at_once_one_is_taken, a_parked_pipeline_has_one_question_until_it_is_answered,
        the_audit_is_read_in_order_and_its_chain_holds, a_row_that_was_touched_breaks_the_chain;
    together: stores_that_settle_at_once_keep_the_audit_whole, a_store_that_is_only_read_cannot_be_changed,
        another_store_sees_what_was_committed;
    tables: copies_have_every_column, a_store_of_the_version_before_is_kept_beside_the_new_one;
    copy: a_copy_brings_everything_back, what_is_under_way_comes_to_rest_in_a_copy,
        a_copy_is_of_one_moment, a_damaged_copy_changes_nothing, state_moves_between_databases;
}
