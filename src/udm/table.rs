//! The rows for operation logs: Google's published table, and what had to be decided where it is silent.
//!
//! The order is that of the fields in an event's explanation, and of values that share a field.

use super::rule::{Form, Published, Rule, Source};
use super::sign_in;

const READ: Option<&str> =
    Some("how a parameter is told from its neighbours, and its new value from its old one");
const SCALAR_LAST: Option<&str> =
    Some("how a parameter is read; of several of one name the last counts");
const LABEL: Option<&str> = Some("how a parameter is read; the label's key is its name");
const ARRAY: Option<&str> = Some("where the array is found in the detail");
const ARRAY_LABEL: Option<&str> = Some(
    "where the array is found in the detail; the label's key is the member's name, and what is no text is written as JSON",
);

/// A row of Google's table that leaves nothing open.
const fn google(source: Source, target: &'static str) -> Rule {
    row(source, target, Form::Text, None)
}

/// A row of Google's table; `ours` is what it leaves open.
const fn row(source: Source, target: &'static str, form: Form, ours: Option<&'static str>) -> Rule {
    Rule {
        source,
        target,
        form,
        google: Some(Published::Table),
        ours,
    }
}

/// All rows, those for sign-in records included.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    OPERATION_LOGS.iter().chain(&sign_in::SIGN_INS)
}

use Form::{Address, EventType, Label, NotAddress, Text, Timestamp};
use Source::{
    AddressValue, Constant, Field, FirstElement, HeadAddress, IfSomebody, OtherElements, Otherwise,
    Parameter, ParameterAddress,
};

/// Google's table for the log type.
pub(super) static OPERATION_LOGS: [Rule; 34] = [
    row(
        Field("time"),
        "metadata.eventTimestamp",
        Timestamp,
        Some("also taken with a space for the T and without a zone, which is UTC"),
    ),
    google(Constant("ZOOM_OPERATION_LOGS"), "metadata.logType"),
    google(Constant("ZOOM_OPERATION_LOGS"), "metadata.productName"),
    google(Constant("ZOOM"), "metadata.vendorName"),
    row(
        Field("event_type"),
        "metadata.eventType",
        EventType,
        Some("taken only if it is one of UDM's event types: SecOps takes no other"),
    ),
    row(
        IfSomebody("USER_UNCATEGORIZED"),
        "metadata.eventType",
        Text,
        Some("what the table's email and email2 are; a sign-in's email is one"),
    ),
    google(Otherwise("GENERIC_EVENT"), "metadata.eventType"),
    google(Field("action"), "metadata.productEventType"),
    google(Field("operation_detail"), "metadata.description"),
    google(Field("category_type"), "additional.category_type"),
    row(
        Field("operator"),
        "principal.user.emailAddresses[]",
        Address,
        Some("what an address is"),
    ),
    row(
        Field("operator"),
        "principal.user.userid",
        NotAddress,
        Some("what an address is"),
    ),
    row(
        Parameter("Department"),
        "target.user.department[]",
        Text,
        READ,
    ),
    row(
        Parameter("Description"),
        "target.user.roleDescription",
        Text,
        SCALAR_LAST,
    ),
    row(
        Parameter("Display Name"),
        "target.user.userDisplayName",
        Text,
        SCALAR_LAST,
    ),
    row(
        Parameter("Email Address"),
        "target.user.emailAddresses[]",
        Text,
        READ,
    ),
    row(
        HeadAddress,
        "target.user.emailAddresses[]",
        Text,
        Some("what the table's email is: the first address before the parameters"),
    ),
    row(
        ParameterAddress,
        "target.user.emailAddresses[]",
        Text,
        Some("what the table's email2 is: an address that stands for a parameter or for its key"),
    ),
    row(
        Parameter("First Name"),
        "target.user.firstName",
        Text,
        SCALAR_LAST,
    ),
    row(
        Parameter("Last Name"),
        "target.user.lastName",
        Text,
        SCALAR_LAST,
    ),
    row(
        Parameter("Job Title"),
        "target.user.title",
        Text,
        SCALAR_LAST,
    ),
    row(
        Parameter("Location"),
        "target.location.name",
        Text,
        SCALAR_LAST,
    ),
    row(
        Parameter("Room Name"),
        "target.user.attribute.labels[]",
        Label,
        LABEL,
    ),
    row(
        Parameter("Type"),
        "target.user.attribute.labels[]",
        Label,
        LABEL,
    ),
    row(
        Parameter("User Type"),
        "target.user.attribute.labels[]",
        Label,
        LABEL,
    ),
    row(
        Parameter("Role Name"),
        "target.user.attribute.roles[].name",
        Text,
        READ,
    ),
    row(
        Parameter("User Role"),
        "target.user.attribute.roles[].name",
        Text,
        READ,
    ),
    row(
        AddressValue,
        "target.user.attribute.roles[].name",
        Text,
        Some("what the table's role is: the new value of an address that stands for a key"),
    ),
    row(FirstElement("userId"), "target.user.userid", Text, ARRAY),
    row(
        FirstElement("assistant"),
        "target.user.attribute.labels[]",
        Label,
        ARRAY_LABEL,
    ),
    row(
        FirstElement("options"),
        "target.user.attribute.labels[]",
        Label,
        ARRAY_LABEL,
    ),
    row(OtherElements("userId"), "about[n].user.userid", Text, ARRAY),
    row(
        OtherElements("assistant"),
        "about[n].user.attribute.labels[]",
        Label,
        ARRAY_LABEL,
    ),
    row(
        OtherElements("options"),
        "about[n].user.attribute.labels[]",
        Label,
        ARRAY_LABEL,
    ),
];
