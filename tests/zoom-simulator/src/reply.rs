//! What comes back: an answer, or less than one.

use std::time::Duration;

/// What the client meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// How long it takes before anything happens.
    pub delay: Duration,
    /// What happens then.
    pub delivery: Delivery,
}

/// How much of an answer arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// All of it.
    Whole(Answer),
    /// Status, headers (with the full `Content-Length`) and this many bytes of the body; then the connection is closed.
    Cut(Answer, usize),
    /// Nothing; the connection is closed.
    Dropped,
    /// Nothing; the connection stays open until the client gives up.
    Hang,
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, their names in lower case. `content-length` is left to whoever sends it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How many bytes of white space follow the body, of which they are a part: an oversized answer is made of it
    /// without ever being in memory. Such an answer is sent in chunks, without a `Content-Length`.
    pub padding: u64,
}

impl Answer {
    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::of_type("application/json;charset=UTF-8", status, body)
    }

    /// An answer with an HTML body.
    pub(crate) fn html(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::of_type("text/html;charset=UTF-8", status, body)
    }

    fn of_type(content_type: &str, status: u16, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self {
            status,
            headers,
            body: body.into(),
            padding: 0,
        }
    }

    /// The same with another header.
    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn header_value(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// How long the body is, white space and all.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.body.len() as u64 + self.padding
    }

    /// Whether there is no body.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
