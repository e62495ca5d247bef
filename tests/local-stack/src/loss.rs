//! What a [`Proxy`](crate::Proxy) loses, and when.

/// One way to lose things. Unless said otherwise it strikes every request, for good.
#[derive(Clone, Debug)]
pub struct Loss {
    lost: Lost,
    method: Option<&'static str>,
    path: String,
    times: Option<u32>,
    chance: f64,
}

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    Request,
    Answer,
}

impl Loss {
    /// Loses the answer: the server has done what the request asks for.
    pub fn of_answers() -> Self {
        Self::of(Lost::Answer)
    }

    /// Loses the request: the server never sees it.
    pub fn of_requests() -> Self {
        Self::of(Lost::Request)
    }

    fn of(lost: Lost) -> Self {
        Self {
            lost,
            method: None,
            path: String::new(),
            times: None,
            chance: 1.0,
        }
    }

    /// For this method alone, such as `PUT`.
    #[must_use]
    pub fn to(self, method: &'static str) -> Self {
        Self {
            method: Some(method),
            ..self
        }
    }

    /// For requests alone whose path, as it is written on the wire, begins with this: `/bucket/prefix`.
    #[must_use]
    pub fn under(self, path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..self
        }
    }

    /// So many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }

    /// With this probability each time, from 0 to 1.
    #[must_use]
    pub fn with_chance(self, chance: f64) -> Self {
        Self { chance, ..self }
    }

    /// What of this request it loses, if anything. `throw` throws the dice.
    pub(crate) fn strikes(
        &mut self,
        method: &str,
        path: &str,
        throw: impl FnOnce(f64) -> bool,
    ) -> Option<Lost> {
        let fits = self.method.is_none_or(|wanted| wanted == method)
            && path.starts_with(&self.path)
            && self.times != Some(0);
        if !fits || (self.chance < 1.0 && !throw(self.chance)) {
            return None;
        }
        self.times = self.times.map(|times| times - 1);
        Some(self.lost)
    }
}
