//! A real nginx on two free ports of 127.0.0.1, one plain and one for TLS, gone when dropped.

use std::{
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

pub(crate) struct Nginx {
    pub(crate) plain: u16,
    pub(crate) tls: u16,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Nginx {
    /// With the `server` blocks that `servers` writes for the plain and the TLS port.
    pub(crate) async fn start(servers: impl FnOnce(u16, u16) -> String) -> Self {
        let (plain, tls) = (crate::port::unused(), crate::port::unused());
        let folder = tempfile::tempdir().expect("a folder");
        let here = folder.path().display();
        let config = format!(
            "daemon off; master_process off; pid {here}/pid; error_log {here}/error.log;
             events {{}}
             http {{ access_log off; client_body_temp_path {here}/a; proxy_temp_path {here}/b; fastcgi_temp_path {here}/c;
                     uwsgi_temp_path {here}/d; scgi_temp_path {here}/e; {} }}",
            servers(plain, tls)
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).expect("a file");
        let child = Command::new("nginx")
            .args(["-p", &here.to_string(), "-e", &format!("{here}/error.log"), "-c"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("nginx does not start ({error}): apt-get install nginx"));
        let nginx = Self { plain, tls, child, _folder: folder };
        for _ in 0..100 {
            if [plain, tls].iter().all(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok()) {
                return nginx;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let log = std::fs::read_to_string(nginx._folder.path().join("error.log")).unwrap_or_default();
        panic!("nginx does not listen: {log}");
    }
}
