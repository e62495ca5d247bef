//! Replies as HTTP: whole ones, and connections that are cut for real.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::reply::Answer;

/// Ends a connection: hyper closes the socket when it meets this error.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
pub(crate) struct Cut;

/// A whole answer.
pub(crate) fn whole(answer: Answer) -> Response<AnswerBody> {
    let Answer {
        status,
        headers,
        body,
        padding,
    } = answer;
    respond(
        status,
        headers,
        AnswerBody {
            body: Some(body.into()),
            padding,
            end: End::Complete,
        },
    )
}

/// An answer that promises its whole length and keeps the promise for `bytes` bytes.
pub(crate) fn cut_after(answer: Answer, bytes: usize) -> Response<AnswerBody> {
    let Answer {
        status,
        headers,
        mut body,
        ..
    } = answer;
    let promised = body.len();
    body.truncate(bytes);
    let mut response = respond(
        status,
        headers,
        AnswerBody {
            body: Some(body.into()),
            padding: 0,
            end: End::Cut,
        },
    );
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, promised.into());
    response
}

fn respond(status: u16, headers: Vec<(String, String)>, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    // A script may ask for what is no status and no header; it gets a 500, and what is left of the headers.
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// The body of an answer as it is sent: its bytes, then white space, then its end, be it a bad one.
pub(crate) struct AnswerBody {
    body: Option<Bytes>,
    padding: u64,
    end: End,
}

enum End {
    Complete,
    /// Not before what came so far is sent: hyper flushes when the body has nothing to give for a moment.
    Cut,
    CutNow,
}

/// White space is sent in pieces of this size.
static SPACES: [u8; 64 * 1024] = [b' '; 64 * 1024];

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(body) = self.body.take().filter(|body| !body.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(body))));
        }
        if self.padding > 0 {
            let length = usize::try_from(self.padding)
                .unwrap_or(usize::MAX)
                .min(SPACES.len());
            self.padding -= length as u64;
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&SPACES[..length])))));
        }
        match self.end {
            End::Complete => Poll::Ready(None),
            End::Cut => {
                self.end = End::CutNow;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::CutNow => Poll::Ready(Some(Err(Cut))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.end, self.padding) {
            (End::Complete, 0) => {
                SizeHint::with_exact(self.body.as_ref().map_or(0, Bytes::len) as u64)
            }
            _ => SizeHint::default(),
        }
    }
}
