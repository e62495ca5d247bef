//! The world as a run sees it, through the core's traits. Each call takes time before and after it takes effect, so that
//! at either moment the run can be killed, or another one overtake it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng as _;
use support::{Interpose, MemoryStore, until};
use zoom_simulator::{Endpoint, Reply, Script};
use zoomlogs_core::clock::Clock;
use zoomlogs_core::secret::{CredentialSource, Credentials, SecretError};
use zoomlogs_core::store::{Condition, StoreError, StoreErrorKind, Written};
use zoomlogs_core::zoom::{Request, Response, Transport, TransportError};

use crate::tally::Kind;
use crate::wire::{self, Asked, Got};
use crate::world::{Event, Put, RunId, World, note};
use crate::zoom_faults;

/// How long a caller waits for the answer to a put.
const PUT_TIMEOUT: TimeDelta = TimeDelta::seconds(30);

/// See the [module](self).
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) world: Rc<World>,
    /// The invocation that the process works for.
    pub(crate) run: Rc<Cell<RunId>>,
    /// What that invocation has seen and done, for the oracle.
    pub(crate) account: Rc<crate::account::Account>,
}

impl View {
    async fn wait(&self, delay: TimeDelta) {
        let moment = self.world.now() + delay;
        self.world
            .timeline
            .plan(moment, Event::Wake(self.run.get()));
        until(self, moment).await;
    }

    /// Half of the time that a call takes.
    async fn half_a_call(&self, milliseconds: i64, slow: Kind) {
        let mut milliseconds = self.world.between(1, milliseconds);
        if self.world.chance(self.world.scenario.chances.slow) {
            self.world.tally.add(slow);
            milliseconds = self.world.between(500, 20_000);
        }
        self.wait(TimeDelta::milliseconds(milliseconds)).await;
    }

    async fn half_a_store_call(&self) {
        self.half_a_call(40, Kind::SlowS3).await;
    }

    fn failure(&self, kind: StoreErrorKind, action: &'static str, key: &str) -> StoreError {
        if kind.is_final() {
            self.account.deny(action);
        }
        StoreError {
            kind,
            action,
            resource: key.to_owned(),
            problem: "simulated".to_owned(),
        }
    }

    /// Asks Zoom, whatever goes wrong with that.
    async fn ask(&self, request: &zoom_simulator::Request) -> Reply {
        let world = &self.world;
        let endpoint = request.endpoint();
        if endpoint == Endpoint::Report {
            if !self.account.is_dry_run() {
                let mut oracle = world.oracle.borrow_mut();
                oracle.first_asked.get_or_insert(world.now());
            }
            world.check(self.account.may_ask(world.now()));
            if request.query.contains("next_page_token")
                && world.chance(world.scenario.chances.arrival_between)
                && let Some(day) = world.arrive()
                && request.query.contains(&format!("from={day}"))
            {
                world.tally.add(Kind::ArrivalBetweenPages);
            }
        }
        self.half_a_call(100, Kind::SlowZoom).await;
        let fault = world
            .chance(world.scenario.chances.zoom)
            .then(|| zoom_faults::choose(world, request));
        if let Some((_, fault)) = &fault {
            let script = Script::new(fault.clone()).on(endpoint);
            world.zoom.borrow_mut().script(script);
        }
        let reply = {
            let mut zoom = world.zoom.borrow_mut();
            let reply = zoom.handle(world.now(), request);
            zoom.clear_requests();
            reply
        };
        if let Some((kind, _)) = fault.filter(|(kind, _)| zoom_faults::happened(*kind, &reply)) {
            world.tally.add(kind);
        }
        note!(
            world,
            "run {}: {} {} → {}",
            self.run.get(),
            request.path,
            Asked(&request.query),
            Got(&reply.delivery)
        );
        self.half_a_call(100, Kind::SlowZoom).await;
        if zoom_faults::is_daily_limit(&reply) {
            self.account.stop();
        }
        reply
    }
}

/// What became of a call, where it failed.
struct Failed(Option<StoreErrorKind>);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |kind| write!(f, " → {kind:?}"))
    }
}

impl Clock for View {
    fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.wait(TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX))
            .await;
    }

    fn seed(&self) -> u64 {
        self.world.rng.borrow_mut().next_u64()
    }
}

impl Interpose for View {
    fn bucket(&self) -> &MemoryStore {
        &self.world.bucket
    }

    /// A call that reads, or fails to.
    async fn around<A>(
        &self,
        action: &'static str,
        key: &str,
        call: impl AsyncFnOnce() -> Result<A, StoreError>,
    ) -> Result<A, StoreError> {
        self.half_a_store_call().await;
        let world = &self.world;
        let answer = if world.chance(world.scenario.chances.read) {
            let kinds: &[_] = match action {
                "s3:GetObject" => &[
                    (Kind::GetUnavailable, StoreErrorKind::Unavailable),
                    (Kind::GetDenied, StoreErrorKind::Denied),
                    (Kind::NoBucket, StoreErrorKind::NoBucket),
                ],
                "s3:GetObjectVersion" => &[
                    (Kind::GetUnavailable, StoreErrorKind::Unavailable),
                    (Kind::GetDenied, StoreErrorKind::Denied),
                    (Kind::VersionGone, StoreErrorKind::NotFound),
                ],
                _ => &[
                    (Kind::ListUnavailable, StoreErrorKind::Unavailable),
                    (Kind::ListDenied, StoreErrorKind::Denied),
                ],
            };
            let (fault, kind) = world.pick(kinds, kinds[0]);
            world.tally.add(fault);
            Err(self.failure(kind, action, key))
        } else {
            if action == "s3:GetObject" && key == world.state_key() {
                self.account.load(&world.oracle.borrow());
            }
            call().await
        };
        let failed = answer.as_ref().err().map(|error| error.kind);
        note!(
            world,
            "run {}: {action} {key}{}",
            self.run.get(),
            Failed(failed)
        );
        world.bucket.take_calls();
        self.half_a_store_call().await;
        answer
    }

    async fn around_put(
        &self,
        key: &str,
        body: Bytes,
        condition: Condition,
    ) -> Result<Written, StoreError> {
        const ACTION: &str = "s3:PutObject";
        let world = &self.world;
        self.world.check(self.account.may_write(key));
        let put = Put {
            run: self.run.get(),
            key: key.to_owned(),
            body,
            condition,
        };
        let fault = world.chance(world.scenario.chances.put).then(|| {
            let kinds = [
                Kind::PutUnavailable,
                Kind::PutConflict,
                Kind::PutDenied,
                Kind::NoBucket,
                Kind::AnswerLost,
                Kind::AnswerLost,
                Kind::AnswerLost,
                Kind::LandsLate,
            ];
            world.pick(&kinds, Kind::AnswerLost)
        });
        // From here on it is on its way, and may arrive without us.
        let mut flight = Flight {
            world,
            put: Some(put),
        };
        self.half_a_store_call().await;
        if let Some(fault) = fault {
            note!(world, "run {}: {} ({key})", self.run.get(), fault.name());
        }
        let refused = match fault {
            Some(Kind::PutUnavailable) => Some(StoreErrorKind::Unavailable),
            Some(Kind::PutConflict) => Some(StoreErrorKind::Conflict),
            Some(Kind::PutDenied) => Some(StoreErrorKind::Denied),
            Some(Kind::NoBucket) => Some(StoreErrorKind::NoBucket),
            _ => None,
        };
        if let (Some(kind), Some(fault)) = (refused, fault) {
            world.tally.add(fault);
            flight.put = None;
            self.half_a_store_call().await;
            return Err(self.failure(kind, ACTION, key));
        }
        if fault == Some(Kind::LandsLate) {
            flight.lands_after(PUT_TIMEOUT, Kind::LandsLate);
            self.wait(PUT_TIMEOUT).await;
            return Err(self.failure(StoreErrorKind::Unavailable, ACTION, key));
        }
        let Some(put) = flight.put.take() else {
            return Err(self.failure(StoreErrorKind::Unavailable, ACTION, key));
        };
        let answer = world.land(put);
        self.half_a_store_call().await;
        if fault == Some(Kind::AnswerLost) {
            if answer.is_ok() {
                world.tally.add(Kind::AnswerLost);
            }
            return Err(self.failure(StoreErrorKind::Unavailable, ACTION, key));
        }
        answer
    }
}

/// A put that was sent and has not taken effect. If its caller dies, it may yet.
struct Flight<'a> {
    world: &'a World,
    put: Option<Put>,
}

impl Flight<'_> {
    /// Some time after `delay`: at once, when the next run begins, or much later. Nobody deletes an entry sooner than an
    /// hour after its writing, which is the margin that the bucket promises.
    fn lands_after(&mut self, delay: TimeDelta, kind: Kind) {
        let Some(put) = self.put.take() else {
            return;
        };
        let gap = self.world.scenario.schedule.num_milliseconds();
        let (from, to) = self.world.pick(
            &[(1, 3_000), (gap - 3_000, gap + 3_000), (1, 3_000_000)],
            (1, 3_000),
        );
        let delay = delay + TimeDelta::milliseconds(self.world.between(from, to));
        let landing = Event::Landing(put, kind);
        self.world.timeline.plan_in(delay, landing);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if self.put.is_some() && self.world.between(0, 1) == 0 {
            self.lands_after(TimeDelta::zero(), Kind::LandsAfterDeath);
        }
    }
}

impl CredentialSource for View {
    async fn credentials(&self) -> Result<Credentials, SecretError> {
        self.half_a_store_call().await;
        let world = &self.world;
        if world.chance(world.scenario.chances.secret) {
            world.tally.add(Kind::SecretUnavailable);
            let (id, said) = ("simulated".to_owned(), "simulated".to_owned());
            return Err(match world.between(0, 3) {
                0 => SecretError::Missing { id, said },
                1 => SecretError::Denied { id, said },
                2 => SecretError::Malformed { id, problem: said },
                _ => SecretError::Unavailable { id, said },
            });
        }
        Ok(wire::credentials(&world.secret.borrow()))
    }
}

impl Transport for View {
    async fn send(
        &self,
        request: Request<'_>,
        timeout: Duration,
    ) -> Result<Response, TransportError> {
        wire::exchange(request, timeout, self, async |request| {
            self.ask(request).await
        })
        .await
    }
}
