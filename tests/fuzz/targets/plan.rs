//! The reader of plans.

use gonogo::{
    model::Digest,
    plan::{self, Plan, Problem, Request, Weight},
};

/// A text is a plan, the same one each time, or it has problems that say something; what `lint` says never panics.
pub(crate) fn holds(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let request = request(text, None);
    let first = digest(plan::load(&request));
    assert_eq!(first, digest(plan::load(&request)), "two readings differ");
    let lint = plan::lint(&request, jiff::Timestamp::UNIX_EPOCH);
    lint.problems.iter().for_each(readable);
    for environment in lint.environments {
        let _ = digest(plan::load(&self::request(text, Some(environment))));
    }
}

/// Nothing is beside the plan: in a folder that is not there no path leads anywhere, not even upwards.
fn request(text: &str, environment: Option<String>) -> Request {
    let variables = [("HOST", "a.example.com"), ("API_TOKEN", "k3y-of-the-fuzzer"), ("DATABASE_URL", "postgres://a:b@c/d"), ("EMPTY", "")];
    let env = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let files = Some([("gonogo.yaml".to_owned(), text.as_bytes().to_vec())].into());
    Request { config: "no-such-folder/gonogo.yaml".into(), environment, env, files, ..Request::default() }
}

fn digest(read: Result<Plan, Vec<Problem>>) -> Result<Digest, Vec<String>> {
    let problems = match read {
        Ok(plan) => {
            assert!(!plan.items.is_empty(), "a plan without checks");
            plan.warnings.iter().for_each(readable);
            return Ok(plan.digest);
        }
        Err(problems) => problems,
    };
    problems.iter().for_each(readable);
    assert!(problems.iter().any(|problem| problem.weight == Weight::Error), "refused without an error");
    Err(problems.iter().map(ToString::to_string).collect())
}

/// It says something, shows no secret, and does nothing to a terminal.
fn readable(problem: &Problem) {
    let shown = problem.to_string();
    assert!(!problem.message.is_empty());
    assert!(!shown.contains("k3y-of-the-fuzzer"), "a secret is shown");
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "a control character is shown: {shown:?}");
}
