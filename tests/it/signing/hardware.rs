//! FIDO keys, with a device made of software: its signatures are what a real one's are, and `ssh-keygen` confirms them.

use std::{fs, os::unix::fs::PermissionsExt as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gonogo::ledger::{
    pae,
    signing::{KeyError, KeyPlace, PublicKey, SignatureError, verify},
};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use ssh_key::{
    HashAlg, LineEnding, PrivateKey, SshSig,
    private::{KeypairData, SkEd25519},
    public,
};

use super::{BOB, NOW, PAYLOAD, private_files::scripted, signers, time, workshop::Workshop};

const TOUCHED: u8 = 1;

/// A device with one key.
enum Device {
    Ed25519(Ed25519KeyPair),
    Ecdsa(EcdsaKeyPair),
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).expect("short").to_be_bytes()[..], bytes].concat()
}

impl Device {
    fn all() -> [Self; 2] {
        let random = SystemRandom::new();
        let ed25519 = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).expect("a key");
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let ecdsa = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).expect("a key");
        [Self::Ed25519(ed25519), Self::Ecdsa(ecdsa)]
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "sk-ssh-ed25519@openssh.com",
            Self::Ecdsa(_) => "sk-ecdsa-sha2-nistp256@openssh.com",
        }
    }

    /// The public key in SSH's encoding (OpenSSH's `PROTOCOL.u2f`).
    fn public(&self) -> Vec<u8> {
        let own = match self {
            Self::Ed25519(pair) => string(pair.public_key().as_ref()),
            Self::Ecdsa(pair) => [string(b"nistp256"), string(pair.public_key().as_ref())].concat(),
        };
        [string(self.name().as_bytes()), own, string(b"ssh:")].concat()
    }

    /// The signature proper; `flags` say whether somebody touched the device.
    fn signature(&self, flags: u8) -> Vec<u8> {
        let data = SshSig::signed_data("gonogo", HashAlg::Sha512, &pae(PAYLOAD)).expect("data");
        let device = [&[flags][..], &7u32.to_be_bytes()].concat();
        let signed = [digest(&SHA256, b"ssh:").as_ref(), &device, digest(&SHA256, &data).as_ref()].concat();
        let own = match self {
            Self::Ed25519(pair) => pair.sign(&signed).as_ref().to_vec(),
            Self::Ecdsa(pair) => {
                let fixed = pair.sign(&SystemRandom::new(), &signed).expect("signed");
                fixed.as_ref().chunks(32).flat_map(|number| string(&positive(number))).collect()
            }
        };
        [string(self.name().as_bytes()), string(&own), device].concat()
    }

    /// The same, armored.
    fn signs(&self, flags: u8) -> String {
        self.signs_as(&self.public(), flags)
    }

    /// The same with another public half: a certificate.
    fn signs_as(&self, public: &[u8], flags: u8) -> String {
        let signature = string(&self.signature(flags));
        let fields = [string(public), string(b"gonogo"), string(b""), string(b"sha512"), signature].concat();
        let blob = STANDARD.encode([&b"SSHSIG\0\0\0\x01"[..], &fields].concat());
        let lines: Vec<&str> = blob.as_bytes().chunks(70).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
        format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", lines.join("\n"))
    }

    fn allowed(&self) -> String {
        format!("{BOB} {} {}\n", self.name(), STANDARD.encode(self.public()))
    }
}

/// An SSH number: no zeros in front, but for one where the first bit is set.
fn positive(number: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    if digits.first().is_some_and(|byte| byte & 0x80 != 0) { [&[0][..], &digits].concat() } else { digits }
}

#[test]
fn a_touched_device_is_believed_here_and_by_ssh_keygen() {
    let shop = Workshop::new();
    for device in Device::all() {
        let signature = device.signs(TOUCHED);
        assert!(shop.ssh_confirms(&device.allowed(), BOB, &signature, &[]), "{}", device.name());
        let key = verify(&pae(PAYLOAD), &signature).unwrap_or_else(|error| panic!("{}: {error}", device.name()));
        assert!(key.key().is_hardware() && key.name().kind.ends_with("-SK"));
        assert!(verify(b"other", &signature).is_err());
    }
}

#[test]
fn without_a_touch_it_proves_nothing() {
    for device in Device::all() {
        let error = verify(&pae(PAYLOAD), &device.signs(0)).expect_err("nobody there");
        assert!(matches!(&error, SignatureError::Weak(_, why) if why.contains("touched")), "{error}");
    }
}

#[test]
fn no_byte_of_its_signature_can_be_altered() {
    for device in Device::all() {
        let signature = device.signs(TOUCHED);
        let blob = STANDARD.decode(signature.lines().filter(|line| !line.starts_with('-')).collect::<String>()).expect("base64");
        for place in 0..blob.len() {
            let mut altered = blob.clone();
            altered[place] ^= 0x10;
            let armored = format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", STANDARD.encode(altered));
            assert!(verify(&pae(PAYLOAD), &armored).is_err(), "{}: byte {place}", device.name());
        }
    }
}

/// OpenSSH's servers demand the PIN that a certificate is for, `ssh-keygen -Y verify` does not.
#[test]
fn a_certificate_may_demand_to_know_who_touched_it() {
    let shop = Workshop::new();
    shop.key("ca", "ed25519", "");
    let allowed = format!(
        "{BOB} cert-authority {}
",
        shop.public("ca")
    );
    let known = signers(&allowed, None).expect("signers");
    for device in Device::all() {
        shop.write("device.pub", format!("{} {}\n", device.name(), STANDARD.encode(device.public())));
        for (option, flags, counts) in [
            ("no-touch-required", TOUCHED, true),
            ("no-touch-required", 0, false),
            ("verify-required", TOUCHED, false),
            ("verify-required", TOUCHED | 4, true),
        ] {
            let made = shop.keygen(&["-q", "-s", "ca", "-I", "an id", "-n", BOB, "-O", option, "device.pub"]);
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            let line = shop.read("device-cert.pub");
            let certificate = STANDARD.decode(line.split(' ').nth(1).expect("base64")).expect("base64");
            let signature = device.signs_as(&certificate, flags);
            let judged = known.check(PAYLOAD, &signature, BOB, time(NOW), time(NOW));
            assert_eq!(judged.is_ok(), counts, "{} {option} {flags}: {judged:?}", device.name());
            let is_name =
                |signed: &gonogo::ledger::signing::Signed| signed.key == PublicKey::from_blob(&device.public()).expect("a key").name();
            assert!(judged.is_err() || judged.is_ok_and(|signed| is_name(&signed)));
            assert!(shop.ssh_confirms(&allowed, BOB, &signature, &[]), "{option} {flags}");
        }
    }
}

/// An agent that speaks to the device adds nothing and takes nothing away.
#[tokio::test]
async fn a_device_behind_an_agent_signs() {
    let shop = Workshop::new();
    for device in Device::all() {
        let public = PublicKey::from_blob(&device.public()).expect("a key");
        let answer = [&[14][..], &string(&device.signature(TOUCHED))].concat();
        let agent = scripted(&shop, &public.name().kind, string(&answer)).await;
        let signature = shop.signs(&KeyPlace::Agent { public, agent }, &[]).await.expect("signed");
        assert!(shop.ssh_confirms(&device.allowed(), BOB, &signature, &[]), "{}", device.name());
    }
}

/// The private file of a device's key, and an `ssh-keygen` in front of the real one that plays the device.
fn with_device(shop: &Workshop, script: &str) -> KeyPlace {
    let [Device::Ed25519(pair), _] = Device::all() else { unreachable!("the first") };
    let public = public::Ed25519PublicKey::try_from(pair.public_key().as_ref()).expect("32 bytes");
    let key = SkEd25519::new(public::SkEd25519::new(public, "ssh:"), TOUCHED, vec![9; 64]).expect("a key");
    let key = PrivateKey::new(KeypairData::SkEd25519(key), "a device").expect("a key");
    let file = shop.write("id_ed25519_sk", key.to_openssh(LineEnding::LF).expect("text").as_bytes());
    shop.permit("id_ed25519_sk", 0o600);
    fs::create_dir_all(shop.file("bin")).expect("a folder");
    let program = shop.write("bin/ssh-keygen", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("permissions set");
    KeyPlace::File(file)
}

async fn sign(shop: &Workshop, place: &KeyPlace, path: &str) -> Result<String, KeyError> {
    let ask = |_: &std::path::Path, _: u32| None;
    let env = shop.env_with_path(path);
    gonogo::ledger::signing::sign(PAYLOAD, place, gonogo::ledger::signing::Signing { certificate: None, ask: &ask, env: &env }).await
}

#[tokio::test]
async fn a_devices_file_signs_through_ssh_keygen() {
    let shop = Workshop::new();
    let [device, other] = Device::all();
    let good = shop.write("good", device.signs(TOUCHED));
    let path = format!("{}:/usr/bin:/bin", shop.file("bin").display());
    // Its arguments are: -Y sign -n gonogo -f KEY STATEMENT.
    let script = |from: &std::path::Path| {
        format!(r#"[ "$*" = "-Y sign -n gonogo -f $6 $7" ] && grep -q '^DSSEv1 ' "$7" && cp {} "$7.sig""#, from.display())
    };
    let place = with_device(&shop, &script(&good));
    assert_eq!(sign(&shop, &place, &path).await, Ok(device.signs(TOUCHED)));

    let untouched = shop.write("untouched", device.signs(0));
    let place = with_device(&shop, &script(&untouched));
    assert!(matches!(sign(&shop, &place, &path).await, Err(KeyError::Unsound(SignatureError::Weak(..)))));
    let foreign = shop.write("foreign", other.signs(TOUCHED));
    let place = with_device(&shop, &script(&foreign));
    assert!(matches!(sign(&shop, &place, &path).await, Err(KeyError::Unsound(SignatureError::Forged(..)))));
    let place = with_device(&shop, "exit 255");
    assert!(matches!(sign(&shop, &place, &path).await, Err(KeyError::Hardware(_))));
    let place = with_device(&shop, "exit 0");
    let error = sign(&shop, &place, &path).await.expect_err("no signature");
    assert!(error.to_string().contains("does not exist"), "{error}");
    let error = sign(&shop, &place, "/nowhere").await.expect_err("no program");
    assert!(error.to_string().contains("not installed"), "{error}");
}
