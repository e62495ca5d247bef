//! Zoom's Server-to-Server OAuth and two of its reports, `GET /v2/report/operationlogs` and `GET /v2/report/activities`,
//! simulated.
//!
//! The crate has two layers. The lower one is pure: a [`World`] is asked with the time and a [`Request`] and gives a
//! [`Reply`]. It reads no clock, opens no socket and draws its random numbers from a seed, so that a simulation can
//! drive it in-process and repeat every run. The upper one, [`Server`], puts a world behind a loopback port, and cuts
//! real connections where a reply says so.
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use zoom_simulator::{Delivery, Fault, Record, Request, Script, World};
//!
//! let now = Utc.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap();
//! let mut world = World::new(7);
//! world.truth.add(now.date_naive(), Record::new(now, "admin@example.com", "User Group", "Add", "Add Group Engineers"));
//!
//! // The first request for the report meets a 503, the second one is answered.
//! world.script(Script::new(Fault::Status(503)));
//!
//! let token = world.issue_access_token(now);
//! let request = Request::report(&token, now.date_naive(), now.date_naive());
//! let statuses = [(); 2].map(|()| match world.handle(now, &request).delivery {
//!     Delivery::Whole(answer) => answer.status,
//!     _ => 0,
//! });
//! assert_eq!(statuses, [503, 200]);
//! ```
//!
//! The modules, from the ground up:
//!
//! - `report`: which reports there are, what each one is called and who may read it
//! - `record`: one row, as the exact JSON text that Zoom would send
//! - `truth`: what a report is cut from: each day's list of records
//! - `generator`: a realistic account of any size, from a seed
//! - `settings`: what differs from account to account and from mood to mood
//! - `credentials`: what an app must know to get a token
//! - `request`, `reply`: what goes in and what comes out; `zoom_error`: Zoom's own words when it refuses
//! - `oauth`, `limits`, `paging`: the three desks a request passes: its token, its quota, its page
//! - `page`: one page of a report; `layout`: the white space of its JSON
//! - `fault`, `script`: what can go wrong, and when it shall
//! - `world`: all of these as one value; `request_log`: what it was asked
//! - `server`, `control`, `wire`: the world behind a port, and the endpoints that let another process play with it

mod control;
mod credentials;
mod fault;
mod generator;
mod layout;
mod limits;
mod oauth;
mod page;
mod paging;
mod record;
mod reply;
mod report;
mod request;
mod request_log;
mod script;
mod server;
mod settings;
mod truth;
mod wire;
mod world;
mod zoom_error;

pub use credentials::Credentials;
pub use fault::Fault;
pub use generator::Generator;
pub use record::{Activity, Record, RecordError};
pub use reply::{Answer, Delivery, Reply};
pub use report::Report;
pub use request::{Endpoint, Request};
pub use request_log::LoggedRequest;
pub use script::Script;
pub use server::{Server, ServerBuilder};
pub use settings::{
    ExtraFields, LastPageToken, Layout, OrderInSecond, Paging, RetryAfter, Settings,
};
pub use truth::{Place, Truth};
pub use world::World;
