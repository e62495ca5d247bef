//! The doubles of the core's traits, once: what tests, simulation, fuzz targets and benchmarks put in place of the world.
//!
//! None of it ships. A double does one thing, and a test takes those that it needs:
//!
//! | trait | double |
//! |---|---|
//! | `Clock` | [`ManualClock`], which a test sets and a wait moves; [`AlarmClock`], by which waits overlap |
//! | `Store` | [`MemoryStore`], with faults; [`Interposed`], which lets something happen around each call to it |
//! | `CredentialSource` | [`FixedCredentials`] |
//! | `Transport` | [`scripted::Scripted`], a queue of answers; the simulated Zoom is beyond the `wire` of the simulation |
//!
//! Futures are driven by hand: [`step`] is a moment at which a run can be killed, [`poll_once`] takes it there.
//!
//! ```
//! use std::pin::pin;
//! use support::{Interpose, Interposed, MemoryStore, finish, poll_once, step};
//! use zoomlogs_core::store::{Condition, Store, StoreError};
//!
//! /// The bucket, and a moment before each call takes effect.
//! struct Slow(MemoryStore);
//!
//! impl Interpose for &Slow {
//!     fn bucket(&self) -> &MemoryStore {
//!         &self.0
//!     }
//!
//!     async fn around<A>(
//!         &self,
//!         _: &'static str,
//!         _: &str,
//!         call: impl AsyncFnOnce() -> Result<A, StoreError>,
//!     ) -> Result<A, StoreError> {
//!         step().await;
//!         call().await
//!     }
//! }
//!
//! let slow = Slow(MemoryStore::new());
//! let bucket = Interposed(&slow);
//! {
//!     let mut killed = pin!(bucket.put("key", "one".into(), Condition::Absent));
//!     assert!(poll_once(killed.as_mut()).is_none());
//! }
//! assert!(finish(bucket.get("key")).unwrap().is_none());
//! finish(bucket.put("key", "two".into(), Condition::Absent)).unwrap();
//! assert_eq!(finish(bucket.get("key")).unwrap().unwrap().body, "two");
//! ```

mod alarm_clock;
mod credentials;
mod drive;
mod endpoints;
mod interposed;
mod manual_clock;
mod memory_store;
pub mod scripted;

pub use alarm_clock::AlarmClock;
pub use credentials::FixedCredentials;
pub use drive::{finish, poll_once, poll_while_woken, step, until};
pub use endpoints::endpoints;
pub use interposed::{Interpose, Interposed};
pub use manual_clock::ManualClock;
pub use memory_store::{Call, MemoryStore, PutFault};
