//! What a record says, by the names that the mapping's rows use.

use super::detail::{Detail, Parameter};
use super::fields::{Content, Fields};
use super::rule::Source;
use super::table::rules;

/// A record, read.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub fields: &'a Fields<'a>,
    pub detail: Option<&'a Detail<'a>>,
}

/// One value of a source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub text: String,
    /// Which object of the detail's array it comes from.
    pub element: Option<usize>,
    /// Which element of the event's `about` that object is.
    pub about: Option<usize>,
}

impl Found {
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            element: None,
            about: None,
        }
    }
}

impl Facts<'_> {
    /// What the record has of a source.
    pub(super) fn find(&self, source: Source) -> Vec<Found> {
        match source {
            Source::Constant(text) => vec![Found::of(text)],
            Source::Field(name) => self
                .fields
                .get(name)
                .text()
                .map(Found::of)
                .into_iter()
                .collect(),
            Source::Parameter(name) => self.parameters(|parameter| match parameter {
                Parameter::Keyed { key, value, .. } if key == name => value.as_ref(),
                _ => None,
            }),
            Source::HeadAddress => self
                .detail
                .and_then(Detail::head_address)
                .map(Found::of)
                .into_iter()
                .collect(),
            Source::ParameterAddress => self.parameters(|parameter| match parameter {
                Parameter::Keyed { address, .. } => address.as_ref(),
                Parameter::Address(address) => Some(address),
                Parameter::Text(_) => None,
            }),
            Source::AddressValue => self.parameters(|parameter| match parameter {
                Parameter::Keyed {
                    address: Some(_),
                    value,
                    ..
                } => value.as_ref(),
                _ => None,
            }),
            Source::FirstElement(name) => self
                .objects()
                .first()
                .and_then(|object| object.get(name).text())
                .map(Found::of)
                .into_iter()
                .collect(),
            Source::OtherElements(name) => self.other_elements(name),
            Source::IfSomebody(_) | Source::Otherwise(_) => Vec::new(),
        }
    }

    /// Whether an operator or an address is given; in a sign-in record, the address is a field.
    pub(super) fn somebody(&self) -> bool {
        [
            Source::Field("operator"),
            Source::Field("email"),
            Source::HeadAddress,
            Source::ParameterAddress,
        ]
        .iter()
        .any(|source| !self.find(*source).is_empty())
    }

    fn parameters(&self, pick: impl Fn(&Parameter) -> Option<&String>) -> Vec<Found> {
        let parameters = self.detail.map_or(&[][..], |detail| &detail.parameters);
        parameters.iter().filter_map(pick).map(Found::of).collect()
    }

    fn objects(&self) -> &[Fields<'_>] {
        self.detail.map_or(&[], |detail| &detail.objects)
    }

    /// The objects but the first. One that has nothing to map is no element of the event's `about`.
    fn other_elements(&self, name: &str) -> Vec<Found> {
        let objects = self.objects().iter().enumerate().skip(1);
        objects
            .filter(|(_, object)| {
                let mut members = object.iter();
                members.any(|(name, value)| {
                    has_row(Source::OtherElements, name) && matches!(value, Content::Text(_))
                })
            })
            .enumerate()
            .filter_map(|(about, (element, object))| {
                Some(Found {
                    text: object.get(name).text()?,
                    element: Some(element),
                    about: Some(about),
                })
            })
            .collect()
    }
}

/// Whether the mapping has a row for what has this name in this kind of source.
pub(super) fn has_row(kind: impl Fn(&'static str) -> Source, name: &str) -> bool {
    rules().any(|rule| rule.source.name() == name && rule.source == kind(rule.source.name()))
}
