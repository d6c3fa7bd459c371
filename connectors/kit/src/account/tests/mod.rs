//! What accounts promise: limits at the service, pauses, the breaker, the budget of repeats.

mod outages;
mod rates;
