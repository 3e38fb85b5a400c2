//! Debian's docker-registry, and images pushed into it with skopeo.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    path::Path,
    process::Command,
};

use gonogo::model::Digest;
use serde_json::{Value, json};

use super::{Guarded, folder, own};

/// A running server.
pub(crate) struct Registry {
    pub(crate) port: u16,
    _guarded: Guarded,
}

impl Registry {
    pub(crate) fn start() -> Self {
        assert!(Path::new("/usr/bin/docker-registry").exists(), "no registry: `apt-get install docker-registry skopeo`");
        let (folder, port) = (folder(), crate::port::unused());
        let place = folder.display().to_string();
        let config = format!(
            "version: 0.1\nlog: {{ level: error }}\nstorage: {{ filesystem: {{ rootdirectory: {place}/data }} }}\nhttp: {{ addr: '127.0.0.1:{port}' }}\n"
        );
        fs::write(folder.join("config.yml"), config).expect("written");
        own(&folder);
        let file = format!("{place}/config.yml");
        let guarded = Guarded::start(&folder, "KILL", &["/usr/bin/docker-registry", "serve", &file]);
        guarded.wait_until(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        Self { port, _guarded: guarded }
    }

    /// Pushes what stands in an OCI layout under a tag.
    pub(crate) fn push(&self, layout: &Path, name: &str, options: &[&str]) {
        let mut command = Command::new("skopeo");
        command.args(["--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"]).args(options);
        command.args([format!("oci:{}:it", layout.display()), format!("docker://127.0.0.1:{}/{name}", self.port)]);
        let output = command.output().expect("skopeo");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// An OCI layout of one image for each platform, its layers not compressed; the digest that it has.
pub(crate) fn layout(folder: &Path, platforms: &[&str]) -> String {
    let blobs = folder.join("blobs/sha256");
    fs::create_dir_all(&blobs).expect("a folder");
    let store = |bytes: &[u8]| {
        let digest = Digest::of(bytes);
        fs::write(blobs.join(digest.as_str()), bytes).expect("written");
        json!({ "digest": format!("sha256:{}", digest.as_str()), "size": bytes.len() })
    };
    let typed = |mut descriptor: Value, media_type: &str| {
        descriptor["mediaType"] = json!(media_type);
        descriptor
    };
    let layer = vec![0_u8; 10_240];
    let manifests: Vec<Value> = platforms
        .iter()
        .map(|platform| {
            let (os, architecture) = platform.split_once('/').expect("a platform");
            let diff = format!("sha256:{}", Digest::of(&layer).as_str());
            let config =
                json!({ "os": os, "architecture": architecture, "config": {}, "rootfs": { "type": "layers", "diff_ids": [diff] } });
            let manifest = json!({
                "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": typed(store(config.to_string().as_bytes()), "application/vnd.oci.image.config.v1+json"),
                "layers": [typed(store(&layer), "application/vnd.oci.image.layer.v1.tar")],
            });
            let mut descriptor = typed(store(manifest.to_string().as_bytes()), "application/vnd.oci.image.manifest.v1+json");
            descriptor["platform"] = json!({ "os": os, "architecture": architecture });
            descriptor
        })
        .collect();
    let mut top = match manifests.as_slice() {
        [one] => one.clone(),
        all => {
            let index = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": all });
            typed(store(index.to_string().as_bytes()), "application/vnd.oci.image.index.v1+json")
        }
    };
    top["annotations"] = json!({ "org.opencontainers.image.ref.name": "it" });
    fs::write(folder.join("index.json"), json!({ "schemaVersion": 2, "manifests": [top] }).to_string()).expect("written");
    fs::write(folder.join("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}").expect("written");
    top["digest"].as_str().expect("a digest").to_owned()
}
