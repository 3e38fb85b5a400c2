//! `VERIFY.txt`: the lines that check a bundle without this program. People paste them into a shell, so what comes from
//! outside is quoted, and left out where quoting would not show what it is.

use crate::{
    ledger::NAMESPACE,
    model::{Digest, shell_word},
};

use super::{BundledStatement, REVOKED, SIGNERS, SUMS};

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
         \n    grep -l {report} statements/*.dsse\n\
         \n\
         5. That no entry of the ledger was changed, moved or cut off, and that the pages show what report and record say:\n\
         \n    gonogo audit BUNDLE.zip --signers YOUR_ALLOWED_SIGNERS\n"
    );
    out
}

fn line(statement: &BundledStatement) -> String {
    let name = statement.name();
    let Some(signer) = statement.signer.as_deref().and_then(shell_word) else {
        return format!("   {name}: the statement names nobody who could be asked for here\n");
    };
    let at = statement.recorded.map(|at| format!(" -O verify-time={}", at.strftime("%Y%m%d%H%M%SZ"))).unwrap_or_default();
    format!("    ssh-keygen -Y verify -f {SIGNERS} -I {signer} -n {NAMESPACE}{at} -s {name}.sig < {name}\n")
}
