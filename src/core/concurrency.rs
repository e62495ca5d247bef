//! Several futures on one thread.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Runs the futures to their ends. They begin in their order, and at most `at_once()` of them (at least one) run at a time.
///
/// Whenever one of them may go on, all that have begun are polled, in the order in which they began, so that the earlier ones
/// are served first with what they share. There are few of them, so that this costs nothing, and the course of a run depends
/// on nothing but the answers it gets: the stream combinators of `futures` poll in the order of the wake-ups, which a
/// simulation does not have.
pub(crate) async fn run_in_order<F: Future<Output = ()>>(
    at_once: impl Fn() -> usize,
    futures: impl IntoIterator<Item = F>,
) {
    let mut waiting = futures.into_iter();
    let mut begun: Vec<Pin<Box<F>>> = Vec::new();
    poll_fn(|context| {
        loop {
            while begun.len() < at_once().max(1)
                && let Some(next) = waiting.next()
            {
                begun.push(Box::pin(next));
            }
            let before = begun.len();
            begun.retain_mut(|future| future.as_mut().poll(context).is_pending());
            if begun.len() == before {
                // What has ended makes room; a future that was not polled yet would never wake us.
                return if before == 0 {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                };
            }
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    /// Is ready when it is polled for the second time.
    async fn pause() {
        let mut polled = false;
        poll_fn(move |_| {
            if std::mem::replace(&mut polled, true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    #[test]
    fn so_many_run_at_once_and_all_of_them_in_the_end() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let ended = RefCell::new(Vec::new());
        let futures = (0..7).map(async |number| {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            for _ in 0..=number % 3 {
                pause().await;
            }
            running.set(running.get() - 1);
            ended.borrow_mut().push(number);
        });
        let mut all = pin!(run_in_order(|| 3, futures));
        let mut context = Context::from_waker(Waker::noop());
        let polls = (1..100).find(|_| all.as_mut().poll(&mut context).is_ready());
        assert_eq!(most.get(), 3);
        assert_eq!(*ended.borrow(), [0, 1, 2, 3, 4, 6, 5]);
        assert_eq!(polls, Some(4));
    }

    #[test]
    fn none_is_none() {
        let mut none = pin!(run_in_order(
            || 3,
            std::iter::empty::<std::future::Ready<()>>()
        ));
        let mut context = Context::from_waker(Waker::noop());
        assert!(none.as_mut().poll(&mut context).is_ready());
    }
}
