//! `VERIFY.txt`: the lines that check a bundle without this program. People paste them into a shell, so what comes from
//! outside is quoted, and left out where quoting would not show what it is.

use crate::{
    ledger::{Assertion, JobSignature, NAMESPACE},
    model::{Digest, shell_word},
};

use super::{ATTESTATIONS, BundledStatement, REVOKED, SIGNERS, SUMS};

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
    let mut out = format!(
        "How to check this bundle without gonogo. Unpack it into an empty folder, go there, run the indented lines.\n\
         \n\
         1. Every file is the one that was packed. Each line of the answer must end in `OK`:\n\
         \n    sha256sum --check --strict {SUMS}\n\
         \n\
         2. The report's fingerprint, which people signed, must be\n   {report}:\n\
         \n    sha256sum report.json\n\
         \n\
         3. The signatures. The keys in `{SIGNERS}` came with the bundle: compare them with a list that you trust, or put\n   \
         your own list in their place first. Each answer must begin with `Good`. Every key is judged at the time its\n   \
         statement came into the ledger.\n\n"
    );
    for statement in statements.iter().filter(|statement| statement.signature.is_some()) {
        out += &line(statement);
    }
    if statements.iter().any(|statement| statement.signature.as_deref().is_some_and(Assertion::is_kept_as)) {
        out += PASSKEYS;
    }
    if statements.iter().any(|statement| statement.signature.as_deref().is_some_and(JobSignature::is_kept_as)) {
        out += JOBS;
    }
    if revoked {
        out += &format!("\n   With `-r {REVOKED}` as well, a key that is revoked today is refused.\n");
    }
    let unsigned: Vec<String> = statements.iter().filter(|statement| statement.signature.is_none()).map(BundledStatement::name).collect();
    if !unsigned.is_empty() {
        out += &format!(
            "\n   Not signed, and therefore shown by nothing but a later signature over the ledger:\n   {}\n",
            unsigned.join("\n   ")
        );
    }
    out += &format!(
        "\n4. What was signed. A statement is text: a length and JSON. In those about this report stands its fingerprint:\n\
         \n    grep -l {report} statements/*.pae\n\
         \n   `{ATTESTATIONS}` has the signed ones as DSSE envelopes, one a line, for programs that read in-toto.\n\
         \n\
         5. That no entry of the ledger was changed, moved or cut off, and that the pages show what report and record say:\n\
         \n    gonogo audit BUNDLE.zip --signers YOUR_ALLOWED_SIGNERS\n"
    );
    out
}

fn line(statement: &BundledStatement) -> String {
    let name = statement.name();
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
    format!("    ssh-keygen -Y verify -f {SIGNERS} -I {signer} -n {NAMESPACE}{at} -s {name}.sig < {name}\n")
}
