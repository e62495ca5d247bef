//! Futures, driven by hand.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use chrono::{DateTime, Utc};
use zoomlogs_core::clock::Clock;

/// A moment at which another run may go on, or this one may end for ever.
pub async fn step() {
    let mut yielded = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut yielded, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Waits until `clock` shows `moment`. Nobody is woken: the driver of the clock polls again.
pub async fn until(clock: &impl Clock, moment: DateTime<Utc>) {
    std::future::poll_fn(|_| {
        if clock.now() < moment {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

/// Takes a future to its next moment: its output, if that is its end.
pub fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Option<F::Output> {
    output(future.poll(&mut Context::from_waker(Waker::noop())))
}

/// The same as often as a part of the future wakes another one: until all of it waits for the world.
pub fn poll_while_woken<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    loop {
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        if poll.is_ready() || !woken.0.swap(false, Ordering::Relaxed) {
            return output(poll);
        }
    }
}

/// Takes a future to its end, however many moments it has: it must wait for nothing outside.
pub fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Some(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
}

fn output<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// Whether somebody was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
