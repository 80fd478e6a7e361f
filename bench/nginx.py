"""nginx as a server that bench/run measures: it sends files, set up as for production."""

import os
import pathlib
import shutil
import socket

from common import Broken, first_line
from server import Server, port_free

# From Debian's own nginx.conf and nginx's guide to serving static content. Files are kept open,
# since nothing here changes; no connection ends after so many requests, as with stockd. Headers
# that stockd sends as well: answers are about as long as its.
CONFIGURATION = """\
{user}worker_processes auto;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{
    worker_connections 1024;
}}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 65;
    keepalive_requests 100000000;
    open_file_cache max=1000 inactive=60s;
    open_file_cache_valid 60s;
    default_type "application/json; charset=utf-8";
    add_header Cache-Control no-store;
    add_header X-Content-Type-Options nosniff;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
    }}
}}
"""


class Nginx(Server):
    """Serves `files`, {name: bytes}."""

    def __init__(self, bench, files, name="nginx"):
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if program is None:
            raise Broken("nginx is missing: apt-get install nginx-light")
        self.port = port_free()
        data = pathlib.Path(bench.folder) / name
        (data / "files").mkdir(parents=True)
        for file_name, content in files.items():
            (data / "files" / file_name).write_bytes(content)
        # As root it would become another user, who may not look into the folder.
        text = CONFIGURATION.format(folder=data, port=self.port,
                                    user="user root;\n" if os.getuid() == 0 else "")
        (data / "nginx.conf").write_text(text)
        super().__init__(name, [program, "-e", data / "error.log", "-c", data / "nginx.conf",
                                "-g", "daemon off;"], bench.folder)
        self.version = first_line(program, "-v")
        self.configuration = text.replace(str(data), "DIR").strip()

    def ready(self):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", self.port)) != 0:
                return None
        return {"listen": f"127.0.0.1:{self.port}"}
