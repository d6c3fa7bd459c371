//! From a checked project to a Blueprint, and to the Programs that map records.
