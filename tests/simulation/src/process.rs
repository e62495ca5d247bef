//! The function's processes, and the invocations that they serve.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use support::{Interposed, endpoints};
use zoomlogs_core::collector::{Collector, Outcome, Settings};
use zoomlogs_core::zoom::Client;

use crate::account::{Account, REQUESTS_PER_SECOND};
use crate::view::View;
use crate::world::{RunId, World};

/// A process of the function: it serves one invocation at a time, and may be kept for the next.
pub(crate) struct Process {
    pub(crate) collector: Collector<Client<View, View, View>, Interposed<View>, View>,
    pub(crate) run: Rc<Cell<RunId>>,
    pub(crate) account: Rc<Account>,
}

/// An invocation under way.
pub(crate) struct Running {
    pub(crate) future: Pin<Box<dyn Future<Output = Outcome>>>,
    pub(crate) process: Rc<Process>,
    pub(crate) began: DateTime<Utc>,
    /// After so many more steps it is killed.
    pub(crate) steps_left: u32,
}

impl Process {
    pub(crate) fn start(world: &Rc<World>, settings: Settings) -> Self {
        let run = Rc::new(Cell::new(0));
        let account = Rc::new(Account::new(settings.daily_request_budget));
        let view = View {
            world: Rc::clone(world),
            run: Rc::clone(&run),
            account: Rc::clone(&account),
        };
        let client = Client::new(
            endpoints(REQUESTS_PER_SECOND),
            settings.report,
            view.clone(),
            view.clone(),
            view.clone(),
        );
        let collector = Collector::new(client, Interposed(view.clone()), view, settings);
        Self {
            collector,
            run,
            account,
        }
    }
}
