//! What specialised schemas hold.
