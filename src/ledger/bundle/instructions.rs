//! `VERIFY.txt`: the lines that check a bundle without this program. People paste them into a shell, so what comes from
//! outside is quoted, and left out where quoting would not show what it is.

use std::collections::BTreeMap;

use crate::{
    ledger::{Assertion, Draw, JobSignature, NAMESPACE},
    model::{Digest, shell_word},
};

use super::{ATTESTATIONS, BundledStatement, LEDGER, POPULATION, REPORT, REVOKED, SIGNERS, SUMS, names};

/// How a signature with a passkey is checked by hand (WebAuthn level 3, 7.2).
const PASSKEYS: &str = "
   The `.sig` of a passkey is JSON, its bytes in base64url. `signature` is over `authenticatorData` and after it the SHA-256 of
   `clientDataJSON`; in that `challenge` is the SHA-256 of the `.pae`, and `origin` the desk's. The public key, in base64 of DER, stands
   in `statements/org-NNNN-passkey.pae` with whose it is: who signed that is checked like the others above. With the parts in files:

    cat authenticatorData > signed; openssl dgst -sha256 -binary clientDataJSON >> signed
    openssl dgst -sha256 -verify <(openssl pkey -pubin -inform DER -in public-key) -signature signature signed
";

/// How the signature of a CI job is checked by hand (RFC 7515, 7519).
const JOBS: &str = "
   The `.sig` of a CI job is JSON. `signature` is that of a key which the job made for itself; `ciToken` is what the CI says of the job:
   three parts in base64url, of which the second says whose job it was, for which key or by whose first use, from when to when, and
   the third signs the two before it with the CI's key, which the policy's `ci-tokens` pin. With the parts in files:

    ssh-keygen -Y check-novalidate -n gonogo -s signature < STATEMENT.pae
    openssl dgst -sha256 -verify key-of-the-ci.pem -signature third-part first-two-parts
";

pub(super) fn text(report: &Digest, statements: &[BundledStatement], revoked: bool) -> String {
    let mut out = beginning();
    out += &format!(
        "2. The report's fingerprint, which people signed, must be\n   {report}:\n\
         \n    sha256sum report.json\n\
         \n"
    );
    out += &format!(
        "3. The signatures. The keys in `{SIGNERS}` came with the bundle: compare them with a list that you trust, or put\n   \
         your own list in their place first. Each answer must begin with `Good`. Every key is judged at the time its\n   \
         statement came into the ledger.\n\n"
    );
    out += &signatures(statements);
    if revoked {
        out += &format!("\n   With `-r {REVOKED}` as well, a key that is revoked today is refused.\n");
    }
    out += &unsigned(statements);
    out += &format!(
        "\n4. What was signed. A statement is text: a length and JSON. In those about this report stands its fingerprint:\n\
         \n    grep -l {report} statements/*.pae\n\n"
    );
    out + &end(5)
}

/// The same for the bundle of a sample.
pub(super) fn drawn(draw: &Draw, reports: &BTreeMap<u64, Digest>, statements: &[BundledStatement]) -> String {
    let Draw { seed, wanted, entries, .. } = draw;
    let mut out = beginning();
    let drawn: Vec<String> = entries.iter().map(u64::to_string).collect();
    out += &format!(
        "2. The draw. The seed in it must be the one that you gave. The answer must be the entries {}:\n\
         \n    while read -r digest entry more; do printf '%s|%s' {seed} \"$digest\" | sha256sum | sed \"s/-/$entry/\"; done <{POPULATION} | \
         sort | head -n {wanted}\n\
         \n   Each fingerprint in `{POPULATION}` stands in `{LEDGER}` as the `digest` of its entry.\n\n",
        drawn.join(", ")
    );
    let reports: String = reports.iter().map(|(entry, report)| format!("   {report}  {}\n", names::item(*entry, REPORT))).collect();
    out += "3. The fingerprints of the reports, which people signed. The answer must be the lines below it:\n\n    sha256sum items/*/report.json\n\n";
    out += &reports;
    out += "\n4. The signatures. The keys came with the bundle, as they stood in the plan of the report: compare them with a list that you\n   \
            trust, or name your own list after `-f`. Each answer must begin with `Good`. Every key is judged at the time its statement\n   \
            came into the ledger.\n\n";
    out += &signatures(statements);
    out += &unsigned(statements);
    out += "\n5. What was signed. A statement is text: a length and JSON. In those about a report stands its fingerprint.\n";
    out + &end(6)
}

fn beginning() -> String {
    format!(
        "How to check this bundle without gonogo. Unpack it into an empty folder, go there, run the indented lines.\n\
         \n\
         1. Every file is the one that was packed. Each line of the answer must end in `OK`:\n\
         \n    sha256sum --check --strict {SUMS}\n\n"
    )
}

/// The lines that check these.
fn signatures(statements: &[BundledStatement]) -> String {
    let signed = statements.iter().filter(|statement| statement.signature.is_some());
    let lines: String = signed.map(line).collect();
    let any = |is_kept_as: fn(&str) -> bool| statements.iter().any(|statement| statement.signature.as_deref().is_some_and(is_kept_as));
    let passkeys = if any(Assertion::is_kept_as) { PASSKEYS } else { "" };
    lines + passkeys + if any(JobSignature::is_kept_as) { JOBS } else { "" }
}

fn unsigned(statements: &[BundledStatement]) -> String {
    let unsigned: Vec<String> = statements.iter().filter(|statement| statement.signature.is_none()).map(BundledStatement::name).collect();
    if unsigned.is_empty() {
        return String::new();
    }
    format!("\n   Not signed, and therefore shown by nothing but a later signature over the ledger:\n   {}\n", unsigned.join("\n   "))
}

fn end(number: u8) -> String {
    format!(
        "   `{ATTESTATIONS}` has the signed ones as DSSE envelopes, one a line, for programs that read in-toto.\n\
         \n\
         {number}. That no entry of the ledger was changed, moved or cut off, and that the pages show what report and record say:\n\
         \n    gonogo audit BUNDLE.zip --signers YOUR_ALLOWED_SIGNERS\n"
    )
}

fn line(statement: &BundledStatement) -> String {
    let (name, keys) = (statement.name(), &statement.keys);
    if statement.signature.as_deref().is_some_and(Assertion::is_kept_as) {
        return format!("   {name}: signed with a passkey, see below\n");
    }
    if statement.signature.as_deref().is_some_and(JobSignature::is_kept_as) {
        return format!("   {name}: signed by a CI job, see below\n");
    }
    let Some(signer) = statement.signer.as_deref().and_then(shell_word) else {
        return format!("   {name}: the statement names nobody who could be asked for here\n");
    };
    let at = statement.recorded.map(|at| format!(" -O verify-time={}", at.strftime("%Y%m%d%H%M%SZ"))).unwrap_or_default();
    format!("    ssh-keygen -Y verify -f {keys} -I {signer} -n {NAMESPACE}{at} -s {name}.sig < {name}\n")
}
