//! The engine's way to the services: a transport whose requests belong to the world.

use super::{
    fate::{self, Fate, TIMEOUT},
    world::{Shared, Side, Slot, lock, trip},
};
use bytes::Bytes;
use engine_contract::{ConnectorError, ErrorKind, HttpTransport, Result, Retry, async_trait};
use http::{Request, Response};
use std::{sync::PoisonError, time::Duration};
use tokio::time::Instant;

/// The network as one process of the engine sees it.
pub(super) struct SimNet {
    pub(super) world: Shared,
    pub(super) process: u64,
}

/// A request that is under way: its place is given back when nobody waits for it any more.
struct UnderWay<'a> {
    net: &'a SimNet,
    side: Side,
    counts: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if self.counts {
            lock(&self.net.world).restraint.ended((self.net.process, self.side));
        }
    }
}

/// A request as it leaves.
struct Departed {
    number: u64,
    side: Side,
    fate: Fate,
    there: Duration,
    slot: Slot,
}

impl SimNet {
    fn depart(&self, request: &Request<Bytes>) -> Departed {
        let mut world = lock(&self.world);
        let (fate, there) = (world.fate(request), trip(&mut world));
        let (side, slot) = (Side::of(request.uri()), Slot::default());
        let now = Instant::now();
        let mut fly = |after: Duration, slot: Option<&Slot>| world.fly(now + after, request.clone(), slot);
        let number = match fate {
            Fate::Answered | Fate::Cut | Fate::Truncated | Fate::Slow(_) => fly(there, Some(&slot)),
            Fate::Unanswered | Fate::FailedAfter(_) => fly(there, None),
            Fate::Late(after) => fly(after, None),
            Fate::Twice(after) => {
                let number = fly(there, Some(&slot));
                fly(there + after, None);
                number
            }
            Fate::Refused | Fate::Lost | Fate::Throttled(_) | Fate::Failed(_) | Fate::Unauthorized => 0,
        };
        let (process, method, uri) = (self.process, request.method(), request.uri());
        world.luck.tell(|| {
            let body = fate::shortened(request.body());
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            format!("  #{number} process {process}: {method} {side:?} {path} {body} [{fate:?}]")
        });
        if counts(request)
            && let Some(wrong) = world.restraint.sends((self.process, side), now)
        {
            world.luck.tell(|| wrong.clone());
            world.wrong.push_str(&wrong);
        }
        Departed { number, side, fate, there, slot }
    }

    /// What the service answered, when the answer has travelled.
    async fn answer(&self, departed: &Departed) -> Result<Response<Bytes>> {
        tokio::time::sleep(departed.there).await;
        let back = {
            let mut world = lock(&self.world);
            world.catch_up();
            trip(&mut world)
        };
        let answer = departed.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        tokio::time::sleep(back).await;
        answer.ok_or_else(|| lost(ErrorKind::Timeout, "the service does not answer"))
    }

    /// An answer that does not come from the service.
    async fn instead(&self, departed: &Departed, status: u16, wait: Option<u64>) -> Response<Bytes> {
        tokio::time::sleep(departed.there).await;
        fate::instead(&mut lock(&self.world).luck, departed.side, status, wait)
    }

    async fn outcome(&self, departed: &Departed) -> Result<Response<Bytes>> {
        match departed.fate {
            Fate::Answered | Fate::Twice(_) => self.answer(departed).await,
            Fate::Refused => {
                tokio::time::sleep(departed.there).await;
                Err(lost(ErrorKind::Unavailable, "the host cannot be found or reached"))
            }
            Fate::Lost | Fate::Unanswered | Fate::Late(_) => {
                tokio::time::sleep(TIMEOUT).await;
                Err(lost(ErrorKind::Timeout, "the service does not answer"))
            }
            Fate::Throttled(wait) => Ok(self.instead(departed, 429, wait).await),
            Fate::Failed(status) | Fate::FailedAfter(status) => {
                Ok(self.instead(departed, status, None).await)
            }
            Fate::Unauthorized => Ok(self.instead(departed, 401, None).await),
            Fate::Cut => {
                self.answer(departed).await?;
                Err(lost(ErrorKind::Protocol, "the connection broke in the middle of the answer"))
            }
            Fate::Truncated => {
                let answer = self.answer(departed).await?;
                Ok(answer.map(|body| body.slice(..body.len() / 2)))
            }
            Fate::Slow(more) => {
                let answer = self.answer(departed).await?;
                tokio::time::sleep(more).await;
                Ok(answer)
            }
        }
    }
}

/// Token requests are not the account's own.
fn counts(request: &Request<Bytes>) -> bool {
    !request.uri().path().starts_with("/oauth2/")
}

fn lost(kind: ErrorKind, message: &str) -> ConnectorError {
    ConnectorError::new(kind, message).with_retry(Retry::Soon)
}

#[async_trait]
impl HttpTransport for SimNet {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let departed = self.depart(&request);
        let side = departed.side;
        let _under_way = UnderWay { net: self, side, counts: counts(&request) };
        let outcome = self.outcome(&departed).await;
        let mut world = lock(&self.world);
        if let Ok(answer) = &outcome
            && counts(&request)
        {
            world.restraint.answered((self.process, side), answer, Instant::now());
        }
        world.luck.tell(|| match &outcome {
            Ok(answer) => format!("  #{} is answered: {}", departed.number, answer.status()),
            Err(error) => format!("  #{} is not answered: {error}", departed.number),
        });
        drop(world);
        outcome
    }
}
