//! From a Blueprint to effects: stages, effect protocol, state store.
