//! nginx, for comparison: with sendfile, one worker a core and no access log.

use std::path::Path;
use std::process::Command;

use super::servers::{Server, free_port};

/// Where nginx is, if it is there.
const NGINX: &str = "/usr/sbin/nginx";

/// nginx serving `root`, with everything it writes in `folder`; `None` where there is none.
pub(crate) fn nginx(folder: &Path, root: &Path) -> Option<Server> {
    if !Path::new(NGINX).exists() {
        return None;
    }
    let port = free_port();
    // Its workers give up the rights of root, and would then not come into our folder.
    let user = if rustix::process::getuid().is_root() {
        "user root;"
    } else {
        ""
    };
    let (folder, root) = (folder.display(), root.display());
    let configuration = format!(
        "{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes auto;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 300s;
    keepalive_requests 1000000000;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {root};
    }}
}}
"
    );
    let file = format!("{folder}/nginx.conf");
    std::fs::write(&file, configuration).unwrap();
    let mut command = Command::new(NGINX);
    command.args(["-p", &folder.to_string(), "-c", &file]);
    Some(Server::plain(command, port))
}
