//! What a row of the mapping says: from where, to which field of UDM, and whose rule that is.

use std::fmt;

/// One row of the mapping.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// What of the record it takes.
    pub source: Source,
    /// The UDM field, as its JSON is spelled: `x[]` takes any number of values, `about[n]` is one element of `json_data`.
    pub target: &'static str,
    /// How the value is brought into the field's form.
    pub form: Form,
    /// Where Google says so. None: Google does not.
    pub google: Option<Published>,
    /// What of it Google leaves open, and is decided here.
    pub ours: Option<&'static str>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: it is always this.
    Constant(&'static str),
    /// A field of the record.
    Field(&'static str),
    /// A parameter of `operation_detail`.
    Parameter(&'static str),
    /// The first address in the head of `operation_detail`; Google's table calls it `email`.
    HeadAddress,
    /// An address that stands for a parameter, or where a parameter's key stands; the table's `email2`.
    ParameterAddress,
    /// What is said of such an address; the table's `role`.
    AddressValue,
    /// A member of the first object of the array in `operation_detail`, the table's `json_data`.
    FirstElement(&'static str),
    /// A member of each of the array's other objects.
    OtherElements(&'static str),
    /// This, if the record names somebody and no row above gave the field a value.
    IfSomebody(&'static str),
    /// This, if no row above gave the field a value.
    Otherwise(&'static str),
}

/// How a value is brought into its field's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it stands.
    Text,
    /// RFC 3339.
    Timestamp,
    /// One of UDM's event types, and nothing else.
    EventType,
    /// An e-mail address, and nothing else.
    Address,
    /// Anything but an e-mail address.
    NotAddress,
    /// An IP address, and nothing else.
    IpAddress,
    /// `{"key": …, "value": …}`, where the key is the source's name.
    Label,
}

/// Where Google published a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The table of the guide for this log type.
    Table,
    /// The change log of the parser, 2025-01-20.
    ChangeLog,
}

/// Whose rule a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// Google's, all of it.
    Google,
    /// Google says what goes where; how it is read is decided here.
    GoogleReadHere,
    /// Decided here.
    Ours,
}

impl Rule {
    /// Whose rule it is.
    #[must_use]
    pub const fn authority(&self) -> Authority {
        match (self.google, self.ours) {
            (Some(_), None) => Authority::Google,
            (Some(_), Some(_)) => Authority::GoogleReadHere,
            (None, _) => Authority::Ours,
        }
    }
}

impl Source {
    /// Whether it is read from `operation_detail`.
    #[must_use]
    pub const fn is_detail(&self) -> bool {
        matches!(
            self,
            Self::Parameter(_)
                | Self::HeadAddress
                | Self::ParameterAddress
                | Self::AddressValue
                | Self::FirstElement(_)
                | Self::OtherElements(_)
        )
    }

    /// What the mapping's table calls it, which is also the key of a label.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Constant(name)
            | Self::Field(name)
            | Self::Parameter(name)
            | Self::FirstElement(name)
            | Self::OtherElements(name)
            | Self::IfSomebody(name)
            | Self::Otherwise(name) => name,
            Self::HeadAddress => "email",
            Self::ParameterAddress => "email2",
            Self::AddressValue => "role",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(value) => write!(f, "constant \"{value}\""),
            Self::Field(name) => write!(f, "field \"{name}\""),
            Self::Parameter(name) => write!(f, "detail's parameter \"{name}\""),
            Self::HeadAddress => f.write_str("email: first address in the detail's head"),
            Self::ParameterAddress => f.write_str("email2: address among the detail's parameters"),
            Self::AddressValue => f.write_str("role: new value of such an address"),
            Self::FirstElement(name) => write!(f, "json_data[0].{name}"),
            Self::OtherElements(name) => write!(f, "json_data[1..].{name}"),
            Self::IfSomebody(value) => {
                write!(f, "\"{value}\", if operator, email or email2 is given")
            }
            Self::Otherwise(value) => write!(f, "\"{value}\", otherwise"),
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Google => "Google's",
            Self::GoogleReadHere => "Google's, read our way",
            Self::Ours => "ours",
        })
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "mapping table",
            Self::ChangeLog => "change log",
        })
    }
}
