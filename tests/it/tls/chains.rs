//! Certificates that are wrong in one way each, served for real.

use gonogo::model::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair,
    NameConstraints, PKCS_ED25519, SanType,
};

use super::{
    Case,
    authority::{Authority, DAY, ca, identity, key, leaf, name, valid},
    line, names,
    server::Server,
};

async fn red(change: impl FnOnce(&mut CertificateParams)) -> Vec<String> {
    let authority = Authority::new();
    Case::trusting(authority.root.der()).red_for(&authority.leaf(change)).await
}

#[tokio::test]
async fn a_good_one_passes() {
    let authority = Authority::new();
    let server = Server::tls(&authority.leaf(|_| {})).await;
    let case = Case::trusting(authority.root.der()).at_port(server.port());
    assert_eq!(case.outcome().await, (Outcome::Pass, "all 16 expectations are met".into()));
    let seen = case.seen().await;
    assert_eq!(line(&seen, "remaining"), "Time left: 60 d until 2027-01-19T12:00:00Z, at least 13 d wanted");
    assert_eq!(line(&seen, "chain"), "Chain of trust: leads to the trusted root `CN=Test Root`");
    assert!(
        seen.observation.value()["chains"][0]["certificates"][0]["not_after"] == "2027-01-19T12:00:00Z",
        "instants: {}",
        seen.observation.value()
    );
}

#[tokio::test]
async fn dates() {
    assert_eq!(red(|leaf| valid(leaf, -90 * DAY, -3 * DAY)).await, ["remaining"]);
    assert_eq!(red(|leaf| valid(leaf, DAY, 90 * DAY)).await, ["started"]);
    assert_eq!(red(|leaf| valid(leaf, 240, 90 * DAY)).await, [""; 0], "clocks differ by minutes");
    let expired_intermediate = Authority::with(|issuing| valid(issuing, -400 * DAY, -DAY));
    let case = Case::trusting(expired_intermediate.root.der());
    assert_eq!(case.red_for(&expired_intermediate.leaf(|_| {})).await, ["remaining"]);
    let future_intermediate = Authority::with(|issuing| valid(issuing, 2 * DAY, 400 * DAY));
    let case = Case::trusting(future_intermediate.root.der());
    assert_eq!(case.red_for(&future_intermediate.leaf(|_| {})).await, ["started"]);
}

/// Trap 9: a subject with the fields of extended validation, and its policy.
#[tokio::test]
async fn an_extended_validation_certificate_is_one_like_any_other() {
    let extended = red(|leaf| {
        let subject = &mut leaf.distinguished_name;
        subject.push(rcgen::DnType::OrganizationName, "Example AG");
        for (oid, value) in
            [(&[2, 5, 4, 15][..], "Private Organization"), (&[2, 5, 4, 5], "HRB 4711"), (&[1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3], "DE")]
        {
            subject.push(rcgen::DnType::CustomDnType(oid.to_vec()), value);
        }
        // 2.23.140.1.1, as a list of one policy.
        let policy = [0x30, 9, 0x30, 7, 0x06, 5, 0x67, 0x81, 0x0c, 1, 1];
        leaf.custom_extensions.push(rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 32], policy.to_vec()));
    });
    assert_eq!(extended.await, [""; 0]);
}

#[tokio::test]
async fn a_private_root_must_last_too() {
    let root = |from, until| {
        let mut params = ca("Test Root");
        valid(&mut params, from, until);
        CertifiedIssuer::self_signed(params, key()).expect("a root")
    };
    for (from, until, wanted) in
        [(-3000, 15, vec![]), (-3000, 13, vec!["remaining"]), (-3000, -1, vec!["remaining"]), (1, 3000, vec!["started"])]
    {
        let root = root(from * DAY, until * DAY);
        let own = key();
        let leaf = leaf().signed_by(&own, &root).expect("a leaf");
        assert_eq!(Case::trusting(root.der()).red_for(&identity(vec![leaf.der().clone()], &own)).await, wanted, "{until} d");
    }
}

#[tokio::test]
async fn a_rehearsal_judges_as_of_its_instant() {
    let authority = Authority::new();
    let server = Server::tls(&authority.leaf(|_| {})).await;
    let case = Case::trusting(authority.root.der()).at_port(server.port());
    for (at, wanted) in
        [("2027-01-01T00:00:00Z", vec![]), ("2027-01-10T00:00:00Z", vec!["remaining"]), ("2026-10-01T00:00:00Z", vec!["started"])]
    {
        let mut look = case.look();
        look.at = at.parse().expect("an instant");
        assert_eq!(names(&look.look().await.expect("seen"), Some(false)), wanted, "{at}");
    }
}

#[tokio::test]
async fn an_expired_leaf_does_not_hide_an_unknown_issuer_and_a_wrong_name() {
    let (authority, other) = (Authority::new(), Authority::new());
    let identity = authority.leaf(|leaf| {
        valid(leaf, -90 * DAY, -3 * DAY);
        leaf.subject_alt_names = vec![SanType::DnsName("other.example.net".try_into().expect("a name"))];
    });
    assert_eq!(Case::trusting(other.root.der()).red_for(&identity).await, ["name", "remaining", "chain"]);
}

#[tokio::test]
async fn thresholds_scale_with_the_lifetime() {
    // 47 days, of which so many are left: 15 % are 7 d.
    for (left, wanted) in [(47, vec![]), (16, vec![]), (8, vec![]), (7, vec!["remaining"]), (1, vec!["remaining"])] {
        assert_eq!(red(|leaf| valid(leaf, (left - 47) * DAY, left * DAY)).await, wanted, "{left} d left of 47");
    }
    for (left, wanted) in [(15, vec![]), (13, vec!["remaining"])] {
        assert_eq!(red(|leaf| valid(leaf, (left - 398) * DAY, left * DAY)).await, wanted, "{left} d left of 398");
    }
    let authority = Authority::new();
    let strict = Case::trusting(authority.root.der()).with("min-remaining", "61d");
    assert_eq!(strict.red_for(&authority.leaf(|_| {})).await, ["remaining"]);
}

#[tokio::test]
async fn names_are_those_of_rfc_9525() {
    let authority = Authority::new();
    let dns = |name: &str| SanType::DnsName(name.try_into().expect("a name"));
    for (san, asked, fits) in [
        ("*.example.com", "api.example.com", true),
        ("*.example.com", "a.api.example.com", false),
        ("*.example.com", "example.com", false),
        ("other.example.net", "api.example.com", false),
    ] {
        let identity = authority.leaf(|leaf| leaf.subject_alt_names = vec![dns(san)]);
        let red = Case::trusting(authority.root.der()).with("server-name", asked).red_for(&identity).await;
        assert_eq!(red.is_empty(), fits, "{san} for {asked}: {red:?}");
    }
    let only_common_name = authority.leaf(|leaf| leaf.subject_alt_names.clear());
    assert_eq!(Case::trusting(authority.root.der()).red_for(&only_common_name).await, ["name"]);
    let no_subject = authority.leaf(|leaf| leaf.distinguished_name = rcgen::DistinguishedName::new());
    assert_eq!(Case::trusting(authority.root.der()).red_for(&no_subject).await, [""; 0]);
    // Extended validation: business category and jurisdiction stand in the subject, and no OCSP address anywhere.
    let extended = authority.leaf(|leaf| {
        leaf.distinguished_name = rcgen::DistinguishedName::new();
        for (oid, value) in [
            (&[2, 5, 4, 15][..], "Private Organization"),
            (&[1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3], "DE"),
            (&[2, 5, 4, 5], "HRB 12345"),
            (&[2, 5, 4, 10], "Example GmbH"),
        ] {
            leaf.distinguished_name.push(rcgen::DnType::from_oid(oid), value);
        }
    });
    assert_eq!(Case::trusting(authority.root.der()).red_for(&extended).await, [""; 0]);
    for (asked, fits) in [("127.0.0.1", true), ("::1", true), ("127.0.0.2", false)] {
        let red = Case::trusting(authority.root.der()).with("server-name", asked).red_for(&authority.leaf(|_| {})).await;
        assert_eq!(red.is_empty(), fits, "{asked}: {red:?}");
    }
    let name_like_an_address = authority.leaf(|leaf| leaf.subject_alt_names = vec![dns("127.0.0.1")]);
    assert_eq!(Case::trusting(authority.root.der()).with("server-name", "127.0.0.1").red_for(&name_like_an_address).await, ["name"]);
}

#[tokio::test]
async fn a_missing_intermediate_is_called_that() {
    let authority = Authority::new();
    let mut identity = authority.leaf(|_| {});
    identity.chain.truncate(1);
    let server = Server::tls(&identity).await;
    let seen = Case::trusting(authority.root.der()).at_port(server.port()).seen().await;
    assert_eq!(names(&seen, Some(false)), ["chain"]);
    let line = line(&seen, "chain");
    assert!(line.contains("the certificate of the issuer `CN=Test Issuing CA` is missing"), "{line}");
}

#[tokio::test]
async fn self_signed_and_unknown_roots() {
    let own = key();
    let self_signed = leaf().self_signed(&own).expect("a leaf");
    let (authority, other) = (Authority::new(), Authority::new());
    let stranger = identity(vec![self_signed.der().clone()], &own);
    assert_eq!(Case::trusting(authority.root.der()).red_for(&stranger).await, ["development", "chain"]);
    // One that is trusted by itself is meant to be so.
    assert_eq!(Case::trusting(self_signed.der()).red_for(&stranger).await, [""; 0]);
    // What `openssl req -x509` makes is a CA, and no server may use it.
    let mut params = leaf();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let as_ca = params.self_signed(&own).expect("a leaf");
    let red = Case::trusting(as_ca.der()).red_for(&identity(vec![as_ca.der().clone()], &own)).await;
    assert_eq!(red, ["development", "ca", "chain"]);
    let mut with_root = other.leaf(|_| {});
    with_root.chain.push(other.root.der().clone());
    let server = Server::tls(&with_root).await;
    let seen = Case::trusting(authority.root.der()).at_port(server.port()).seen().await;
    assert_eq!(names(&seen, Some(false)), ["chain"]);
    let line = line(&seen, "chain");
    assert!(line.contains("a root named `CN=Test Root` is trusted, but another of that name signed"), "{line}");
    let seen = Case::trusting(self_signed.der()).at_port(server.port()).seen().await;
    let line = super::line(&seen, "chain");
    assert!(line.contains("it ends in `CN=Test Root`, which is no trusted root here"), "{line}");
}

#[tokio::test]
async fn the_order_of_certificates() {
    let authority = Authority::new();
    let third = CertifiedIssuer::signed_by(ca("Third"), key(), &authority.issuing).expect("an issuer");
    let own = key();
    let leaf = leaf().signed_by(&own, &third).expect("a leaf").der().clone();
    let (third, issuing, root) = (third.der().clone(), authority.issuing.der().clone(), authority.root.der().clone());
    let stranger = Authority::new().root.der().clone();
    for (chain, wanted) in [
        (vec![&leaf, &third, &issuing], vec![]),
        (vec![&leaf, &third, &issuing, &root], vec![]),
        (vec![&leaf, &issuing, &third], vec!["order"]),
        (vec![&leaf, &third, &third, &issuing], vec!["order"]),
        (vec![&leaf, &third, &issuing, &stranger], vec!["order"]),
    ] {
        let identity = identity(chain.into_iter().cloned().collect(), &own);
        assert_eq!(Case::trusting(&root).red_for(&identity).await, wanted);
        assert_eq!(Case::trusting(&root).with("order", "any").red_for(&identity).await, [""; 0]);
    }
}

#[tokio::test]
async fn purposes_and_constraints() {
    assert_eq!(red(|leaf| leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]).await, ["eku", "chain"]);
    assert_eq!(red(|leaf| leaf.extended_key_usages.clear()).await, [""; 0]);
    assert_eq!(red(|leaf| leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)).await, ["ca", "chain"]);

    let no_more = Authority::with(|issuing| issuing.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    let third = CertifiedIssuer::signed_by(ca("Third"), key(), &no_more.issuing).expect("an issuer");
    let own = key();
    let below = leaf().signed_by(&own, &third).expect("a leaf");
    let identity = identity(vec![below.der().clone(), third.der().clone(), no_more.issuing.der().clone()], &own);
    assert_eq!(Case::trusting(no_more.root.der()).red_for(&identity).await, ["path-length", "chain"]);

    let constrained = Authority::with(|issuing| {
        issuing.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("example.org".into())],
            excluded_subtrees: Vec::new(),
        });
    });
    assert_eq!(Case::trusting(constrained.root.der()).red_for(&constrained.leaf(|_| {})).await, ["name-constraints", "chain"]);
    let inside = constrained.leaf(|leaf| leaf.subject_alt_names = vec![SanType::DnsName("a.example.org".try_into().expect("a name"))]);
    assert_eq!(Case::trusting(constrained.root.der()).with("server-name", "a.example.org").red_for(&inside).await, [""; 0]);
}

#[tokio::test]
async fn development_certificates() {
    for issuer in ["mkcert development CA", "minica root ca 4f2a", "(STAGING) Pretend Pear X1", "Snake Oil CA"] {
        let authority = Authority::with(|issuing| name(issuing, issuer));
        let identity = authority.leaf(|_| {});
        let red = Case::trusting(authority.root.der()).red_for(&identity).await;
        assert_eq!(red, ["development"], "{issuer}");
        assert_eq!(Case::trusting(authority.root.der()).with("development", true).red_for(&identity).await, [""; 0]);
    }
    for subject in ["TRAEFIK DEFAULT CERT", "Kubernetes Ingress Controller Fake Certificate", "localhost"] {
        assert_eq!(red(|leaf| name(leaf, subject)).await, ["development"], "{subject}");
    }
}

#[tokio::test]
async fn must_staple() {
    let demand = |leaf: &mut CertificateParams| {
        leaf.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 24], vec![0x30, 3, 2, 1, 5]));
    };
    assert_eq!(red(demand).await, ["must-staple"]);
    let authority = Authority::new();
    let mut garbage = authority.leaf(demand);
    garbage.staple = b"no OCSP response".to_vec();
    assert_eq!(Case::trusting(authority.root.der()).red_for(&garbage).await, ["must-staple"]);
}

#[tokio::test]
async fn public_certificates() {
    let authority = Authority::new();
    let public = || Case::trusting(authority.root.der()).with("public", true);
    let named = |leaf: &mut CertificateParams| {
        leaf.subject_alt_names.truncate(1);
        leaf.serial_number = Some(rcgen::SerialNumber::from_slice(&[0x4d; 16]));
    };
    assert_eq!(public().red_for(&authority.leaf(named)).await, [""; 0]);
    let long = authority.leaf(|leaf| {
        named(leaf);
        valid(leaf, -30 * DAY, 171 * DAY);
    });
    assert_eq!(public().red_for(&long).await, ["lifetime"], "201 d and a second, from 2026-10-21 on 200 d are allowed");
    let internal = authority.leaf(|leaf| {
        named(leaf);
        leaf.subject_alt_names.push(SanType::DnsName("db.internal".try_into().expect("a name")));
    });
    assert_eq!(public().red_for(&internal).await, ["public-profile"]);
    let edwards = KeyPair::generate_for(&PKCS_ED25519).expect("a key");
    let mut params = leaf();
    named(&mut params);
    let ed25519 = params.signed_by(&edwards, &authority.issuing).expect("a leaf");
    let chain = vec![ed25519.der().clone(), authority.issuing.der().clone()];
    assert_eq!(public().red_for(&identity(chain.clone(), &edwards)).await, ["public-key"]);
    assert_eq!(Case::trusting(authority.root.der()).red_for(&identity(chain, &edwards)).await, [""; 0], "private PKI may");
}

#[tokio::test]
async fn hostile_text_is_shown_harmless_and_short() {
    let authority = Authority::new();
    let identity = authority.leaf(|leaf| {
        name(leaf, &format!("\u{1b}[2J<script>alert(1)</script>\u{202e}{}", "x".repeat(5000)));
        leaf.subject_alt_names.extend((0..1000).map(|n| SanType::DnsName(format!("n{n}.example.com").try_into().expect("a name"))));
    });
    let server = Server::tls(&identity).await;
    let seen = Case::trusting(authority.root.der()).at_port(server.port()).seen().await;
    let text = serde_json::to_string(&seen.observation.value()).expect("JSON");
    assert!(text.len() < 10_000, "{} bytes", text.len());
    assert!(!text.contains('\u{1b}') && !text.contains("\\u001b") && !text.contains('\u{202e}'), "{text}");
    assert_eq!(seen.observation.value()["chains"][0]["certificates"][0]["names_in_all"], 1003);
    assert_eq!(names(&seen, Some(false)), [""; 0]);
}
