//! The list of kinds. A new kind is its file and folder in `kind/`, its `mod` line, and one line in `kinds!` below.

use schemars::{Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use super::{AnyCheck, kind};

/// A kind of check, as documented.
pub struct Kind {
    /// The key in the plan.
    pub name: &'static str,
    /// `checks/<name>.yaml`: an annotated example.
    pub example: &'static str,
    /// The JSON Schema of its settings, doc comments included.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Kind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

macro_rules! kinds {
    ($($name:literal => $module:ident::$check:ident),* $(,)?) => {
        /// Every kind, by name.
        pub const KINDS: &[Kind] = &[$(Kind {
            name: $name,
            example: include_str!(concat!("../../checks/", $name, ".yaml")),
            schema: <kind::$module::$check as schemars::JsonSchema>::json_schema,
        }),*];

        /// The settings of a check of kind `name`; `None` if there is no such kind.
        pub fn parse<'de, D: Deserializer<'de>>(name: &str, settings: D) -> Option<Result<Box<dyn AnyCheck>, D::Error>> {
            match name {
                $($name => Some(<kind::$module::$check as Deserialize>::deserialize(settings).map(|check| Box::new(check) as Box<dyn AnyCheck>)),)*
                _ => None,
            }
        }
    };
}

kinds! {
    "alertmanager" => alertmanager::Alertmanager,
    "backup" => backup::Backup,
    "command" => command::Command,
    "compare" => compare::Compare,
    "config" => config::Config,
    "cors" => cors::Cors,
    "coverage" => coverage::Coverage,
    "dns" => dns::Dns,
    "document" => document::Document,
    "feature-flag" => feature_flag::FeatureFlag,
    "file" => file::File,
    "git" => git::Git,
    "health" => health::Health,
    "host" => host::Host,
    "http" => http::Http,
    "image" => image::Image,
    "kubernetes" => kubernetes::Kubernetes,
    "load-balancer" => load_balancer::LoadBalancer,
    "load-test" => load_test::LoadTest,
    "logging" => logging::Logging,
    "manual" => manual::Manual,
    "metrics-endpoint" => metrics_endpoint::MetricsEndpoint,
    "postgres-indexes" => postgres_indexes::PostgresIndexes,
    "postgres-migrations" => postgres_migrations::PostgresMigrations,
    "postgres-schema" => postgres_schema::PostgresSchema,
    "prometheus" => prometheus::Prometheus,
    "prometheus-rules" => prometheus_rules::PrometheusRules,
    "rate-limit" => rate_limit::RateLimit,
    "redis" => redis::Redis,
    "redis-persistence" => redis_persistence::RedisPersistence,
    "release-share" => release_share::ReleaseShare,
    "rollout-drill" => rollout_drill::RolloutDrill,
    "sbom" => sbom::Sbom,
    "scan-report" => scan_report::ScanReport,
    "secrets" => secrets::Secrets,
    "security-headers" => security_headers::SecurityHeaders,
    "sql" => sql::Sql,
    "tcp" => tcp::Tcp,
    "test-report" => test_report::TestReport,
    "tls" => tls::Tls,
}
