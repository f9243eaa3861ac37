import Foundation
import TestSupport

/// nginx in a directory of its own, with HTTP, HTTPS, and HTTPS with an expired certificate, all on loopback.
final class WebServer: Sendable {
    static let isInstalled = programPath("nginx") != nil && programPath("openssl") != nil

    let directory: TemporaryDirectory
    let plainPort: UInt16
    let securePort: UInt16
    let expiredPort: UInt16
    /// The self-signed certificate of the secure port, for `localhost`, valid until `expiry`.
    var certificate: String { directory.file("good.pem") }
    /// 2040-02-01 00:00:00 UTC.
    static let expiry = 2_211_667_200.0
    /// 2020-02-01 00:00:00 UTC.
    static let pastExpiry = 1_580_515_200.0

    private let program: RunningProgram

    init() async throws {
        directory = try TemporaryDirectory()
        plainPort = try freePort(.tcp)
        securePort = try freePort(.tcp)
        expiredPort = try freePort(.tcp)
        try await Self.makeCertificates(in: directory)
        try String(repeating: "0123456789", count: 10_000).write(
            toFile: directory.file("large"), atomically: true, encoding: .utf8)
        try """
        user root; worker_processes 1; daemon off; pid \(directory.file("pid")); error_log stderr;
        events { worker_connections 512; }
        http {
            access_log off; default_type text/plain; root \(directory.path);
            client_body_temp_path \(directory.file("body")); proxy_temp_path \(directory.file("proxy"));
            fastcgi_temp_path \(directory.file("fastcgi")); uwsgi_temp_path \(directory.file("uwsgi"));
            scgi_temp_path \(directory.file("scgi"));
            add_header X-Connection $connection always; add_header X-Protocol $server_protocol always;
            server {
                listen 127.0.0.1:\(plainPort); listen 127.0.0.2:\(plainPort);
                listen unix:\(directory.file("socket"));
                location = /page { return 200 "a page\\n"; }
                location = /missing { return 404 "nothing here"; }
                location = /host { return 200 "$host $request_method"; }
                location = /redirect { return 302 http://127.0.0.1:\(plainPort)/page; }
                location = /elsewhere { return 302 http://127.0.0.2:\(plainPort)/page; }
                location = /file { return 302 file:///etc/hostname; }
                location = /loop { return 302 http://127.0.0.1:\(plainPort)/loop; }
            }
            server {
                listen 127.0.0.1:\(securePort) ssl http2;
                ssl_certificate \(directory.file("good.pem")); ssl_certificate_key \(directory.file("key.pem"));
                location = /page { return 200 "a page\\n"; }
            }
            server {
                listen 127.0.0.1:\(expiredPort) ssl;
                ssl_certificate \(directory.file("expired.pem")); ssl_certificate_key \(directory.file("key.pem"));
                location = /page { return 200 "a page\\n"; }
            }
        }
        """.write(toFile: directory.file("nginx.conf"), atomically: true, encoding: .utf8)
        program = try RunningProgram(
            programPath("nginx") ?? "", ["-p", directory.path, "-c", directory.file("nginx.conf")],
            log: directory.file("nginx.log"))
        let (plainPort, program) = (plainPort, program)
        try await eventually("nginx listens; its log:\n\(program.output())") {
            if let status = program.exitStatus {
                throw SystemError(call: "nginx: \(program.output())", code: status)
            }
            return FileManager.default.fileExists(atPath: directory.file("pid")) && Self.accepts(plainPort)
        }
    }

    deinit {
        // TERM lets the master end its worker, which a KILL would leave behind.
        program.terminate()
        let end = Date(timeIntervalSinceNow: 5)
        while program.isRunning, Date() < end { usleep(5000) }
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(plainPort)\(path)" }

    private static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// `openssl ca`, as `openssl req` cannot write an end in the past.
    private static func makeCertificates(in directory: TemporaryDirectory) async throws {
        try """
        [ca]
        default_ca = own
        [own]
        database = \(directory.file("index"))
        new_certs_dir = \(directory.path)
        serial = \(directory.file("serial"))
        default_md = sha256
        policy = any
        x509_extensions = names
        unique_subject = no
        [any]
        commonName = supplied
        [req]
        distinguished_name = subject
        [subject]
        [names]
        subjectAltName = DNS:localhost
        basicConstraints = critical,CA:true
        """.write(toFile: directory.file("ca.conf"), atomically: true, encoding: .utf8)
        let script = """
            set -e
            cd '\(directory.path)'
            : > index
            echo 01 > serial
            openssl req -config ca.conf -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem \
                -out request.pem -subj /CN=localhost
            sign() {
                openssl ca -batch -config ca.conf -selfsign -keyfile key.pem -in request.pem -notext \
                    -startdate "$1" -enddate "$2" -out "$3"
            }
            sign 20190101000000Z 20400201000000Z good.pem
            sign 20190101000000Z 20200201000000Z expired.pem
            """
        let run = try RunningProgram("/bin/sh", ["-c", script], log: directory.file("openssl.log"))
        try await eventually("openssl ends", within: .seconds(30)) { !run.isRunning }
        guard run.exitStatus == 0 else {
            throw SystemError(call: "openssl: \(run.output())", code: run.exitStatus ?? -1)
        }
    }
}
