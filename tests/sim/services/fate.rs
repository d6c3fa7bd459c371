//! What becomes of a request.

use super::world::{Side, World};
use crate::{profile::Profile, stage::Luck, trial::Scene};
use bytes::Bytes;
use http::{Method, Request, Response};
use rand::RngExt;
use std::time::Duration;

/// How long the engine's transport waits for an answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Answered,
    /// Nobody listens.
    Refused,
    /// It never arrives.
    Lost,
    /// It takes effect, the answer is lost.
    Unanswered,
    /// It takes effect after so long, when nobody waits any more.
    Late(Duration),
    /// Too many requests; the service may say for how many seconds.
    Throttled(Option<u64>),
    /// The server fails, and has done nothing.
    Failed(u16),
    /// The server fails, and has done what was asked.
    FailedAfter(u16),
    /// The connection breaks within the answer.
    Cut,
    /// Half of the answer comes as if it were the whole.
    Truncated,
    /// It arrives a second time after so long.
    Twice(Duration),
    /// The answer takes so long.
    Slow(Duration),
    /// The credentials are refused this once.
    Unauthorized,
}

/// A time in which one of the services does not work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    side: Side,
    from: Duration,
    until: Duration,
    /// Reads go on: only what changes something fails.
    only_writes: bool,
}

/// The outages of a seed: the target's is long enough for the cursor to go on without it.
pub(super) fn outages(luck: &mut Luck, profile: &Profile, scene: Scene) -> Vec<Outage> {
    let mut outages = Vec::new();
    let other = if scene == Scene::ShopToWarehouse { Side::Tables } else { Side::Books };
    for side in [Side::Shop, other] {
        if luck.chance(profile.outages) {
            let from = luck.millis(1000..240_000);
            let until = from + luck.millis(20_000..900_000);
            outages.push(Outage { side, from, until, only_writes: luck.chance(60) });
        }
    }
    outages
}

/// Draws what becomes of a request.
pub(super) fn draw(world: &mut World, request: &Request<Bytes>) -> Fate {
    if !world.luck.troubled {
        return Fate::Answered;
    }
    let side = Side::of(request.uri());
    let reads = *request.method() == Method::GET;
    let elapsed = world.luck.start().elapsed();
    let fails = |outage: &&Outage| {
        outage.side == side
            && (outage.from..outage.until).contains(&elapsed)
            && !(outage.only_writes && reads)
    };
    if world.outages.iter().any(|outage| fails(&outage)) {
        return during_outage(world, side);
    }
    let profile = world.profile;
    let mut left = world.luck.rng.random_range(0..1000);
    let mut is = |share: u32| {
        let hit = left < share;
        left = left.saturating_sub(if hit { 0 } else { share });
        hit
    };
    let kinds = [
        is(profile.refused),
        is(profile.lost),
        is(profile.unanswered),
        is(profile.late),
        is(profile.throttled),
        is(profile.failed),
        is(profile.failed_after),
        is(profile.cut),
        is(profile.truncated),
        is(profile.twice),
        is(profile.slow),
        is(profile.unauthorized),
    ];
    let kind = kinds.iter().position(|hit| *hit);
    kind.map_or(Fate::Answered, |kind| of_kind(world, kind, (side, request)))
}

fn of_kind(world: &mut World, kind: usize, (side, request): (Side, &Request<Bytes>)) -> Fate {
    let longest = world.profile.pause;
    let luck = &mut world.luck;
    let status = if luck.chance(50) { 500 } else { 503 };
    match kind {
        0 => Fate::Refused,
        1 => Fate::Lost,
        2 => Fate::Unanswered,
        3 => Fate::Late(luck.millis(2000..side.latest())),
        4 => {
            let wait = luck.rng.random_range(1..longest);
            Fate::Throttled(luck.chance(70).then_some(wait))
        }
        5 => Fate::Failed(status),
        6 => Fate::FailedAfter(status),
        7 => Fate::Cut,
        8 => Fate::Truncated,
        // No client can help it when a proxy doubles a create of a service that knows no keys, or repeats a change
        // when that service has been told of a newer one.
        9 if side == Side::Shop && *request.method() == Method::POST => Fate::Answered,
        9 => {
            let after = luck.millis(10..20_000);
            let is_change = side != Side::Books && *request.method() != Method::GET;
            Fate::Twice(if is_change { Duration::from_millis(1) } else { after })
        }
        10 => Fate::Slow(luck.millis(500..28_000)),
        _ => Fate::Unauthorized,
    }
}

fn during_outage(world: &mut World, side: Side) -> Fate {
    let luck = &mut world.luck;
    match luck.rng.random_range(0..6) {
        0 => Fate::Refused,
        1 => Fate::Lost,
        2 => Fate::Failed(503),
        3 => Fate::FailedAfter(500),
        4 => Fate::Unanswered,
        _ => Fate::Late(luck.millis(2000..side.latest())),
    }
}

/// The answer that something on the way gives, in the forms that the services and their hosts have.
pub(super) fn instead(luck: &mut Luck, side: Side, status: u16, wait: Option<u64>) -> Response<Bytes> {
    let page = "<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>";
    let json = match (side, status) {
        (Side::Books, 401) => {
            r#"{"fault":{"error":[{"message":"message=AuthenticationFailed; errorCode=003200; statusCode=401","code":"3200"}],"type":"AUTHENTICATION"}}"#
        }
        (Side::Books, 429) => {
            r#"{"fault":{"error":[{"message":"message=ThrottleExceeded; errorCode=003001; statusCode=429","code":"3001"}],"type":"SERVICE"}}"#
        }
        (Side::Books, _) => {
            r#"{"Fault":{"Error":[{"Message":"An application error has occurred while processing your request","code":"10000"}],"type":"SystemFault"}}"#
        }
        // Of the gateway, which is Kong, and of PostgreSQL when its work ends in the middle: then nobody knows.
        (Side::Tables, 401) => {
            r#"{"message":"Invalid API key","hint":"Double check your Supabase `anon` or `service_role` API key."}"#
        }
        (Side::Tables, 429) => r#"{"message":"API rate limit exceeded"}"#,
        (Side::Tables, 503) => r#"{"message":"An invalid response was received from the upstream server"}"#,
        (Side::Tables, _) => {
            r#"{"code":"57P01","details":null,"hint":null,"message":"terminating connection due to administrator command"}"#
        }
        (Side::Shop, 401) => {
            r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot list resources.","data":{"status":401}}"#
        }
        (Side::Shop, 429) => r#"{"code":"too_many_requests","message":"Too many requests."}"#,
        (Side::Shop, _) => {
            r#"{"code":"internal_server_error","message":"<p>There has been a critical error on this website.</p>","data":{"status":500}}"#
        }
    };
    let is_page = status >= 500 && luck.chance(50);
    let (kind, body) = if is_page { ("text/html", page) } else { ("application/json", json) };
    let mut response = Response::builder().status(status).header("content-type", kind);
    if let Some(seconds) = wait {
        response = response.header("retry-after", seconds.to_string());
    }
    response.body(Bytes::from_static(body.as_bytes())).unwrap()
}

/// The beginning of a body, for the story.
pub(super) fn shortened(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(160).collect()
}
