//! Alertmanager with settings that the test makes up.

use std::{fs, path::Path};

use super::{Guarded, folder, own, prometheus::is_ready};

/// A running server.
pub(crate) struct Alertmanager {
    pub(crate) port: u16,
    _guarded: Guarded,
}

impl Alertmanager {
    pub(crate) fn start(settings: &str) -> Self {
        assert!(Path::new("/usr/bin/prometheus-alertmanager").exists(), "no Alertmanager: `apt-get install prometheus-alertmanager`");
        let (folder, port) = (folder(), crate::port::unused());
        let place = folder.display();
        fs::write(folder.join("alertmanager.yml"), settings).expect("written");
        own(&folder);
        let address = format!("--web.listen-address=127.0.0.1:{port}");
        let (config, storage) = (format!("--config.file={place}/alertmanager.yml"), format!("--storage.path={place}/data"));
        // Else it wants a private address of this machine.
        let alone = "--cluster.listen-address=";
        let guarded = Guarded::start(&folder, "KILL", &["/usr/bin/prometheus-alertmanager", &config, &storage, &address, alone]);
        guarded.wait_until(|| is_ready(port));
        Self { port, _guarded: guarded }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
