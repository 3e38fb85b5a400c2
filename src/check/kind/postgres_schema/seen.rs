//! What the catalogues hold of what the demands name.

use serde::{Deserialize, Serialize};

/// What was seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Seen {
    /// The database.
    pub database: String,
    /// The schemas that exist, with how many tables each has.
    pub schemas: Vec<(String, u64)>,
    /// Tables and views of the names asked for.
    #[serde(default)]
    pub relations: Vec<Relation>,
    /// Functions of the names asked for.
    #[serde(default)]
    pub functions: Vec<FunctionSeen>,
    /// Extensions asked for, with their versions.
    #[serde(default)]
    pub extensions: Vec<(String, String)>,
    /// Constraints that are asked for or not validated.
    #[serde(default)]
    pub constraints: Vec<Part>,
    /// Triggers that are asked for or not enabled.
    #[serde(default)]
    pub triggers: Vec<Part>,
    /// Sequences, the fullest first.
    #[serde(default)]
    pub sequences: Vec<Sequence>,
    /// How many constraints, triggers and sequences the schemas have in all.
    #[serde(default)]
    pub counts: (u64, u64, u64),
}

/// A table or view.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Relation {
    pub schema: String,
    pub name: String,
    /// Whether it is a view.
    pub view: bool,
    /// Those of its columns that are asked for.
    pub columns: Vec<ColumnSeen>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ColumnSeen {
    pub name: String,
    /// As `format_type` prints it.
    pub r#type: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Its default; `identity` or `generated` where it is so.
    pub default: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FunctionSeen {
    pub schema: String,
    pub name: String,
    /// The types of its arguments.
    pub arguments: Vec<String>,
}

/// A constraint or a trigger, and whether it is in force.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Part {
    pub schema: String,
    pub table: String,
    pub name: String,
    /// What it is: `foreign key`.
    pub what: String,
    /// Validated, or enabled.
    pub sound: bool,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sequence {
    pub schema: String,
    pub name: String,
    /// The share of its numbers that is used; nothing where the login may not know.
    pub used: Option<f64>,
}
