import HTTPTypes
import Hummingbird
import Inventory
import NIOCore

/// Answers HTTP for every simulated device; the address called says which.
struct DeviceResponder: Sendable {
    let city: SimulatedCity

    /// A silent device lets its caller wait this long.
    private static let silence = Duration.seconds(60)

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        guard let device = context.localAddress.flatMap({ city.addresses.device(at: $0) }) else {
            return Response(.notFound, "text/plain; charset=utf-8", "no simulated device has this address\n")
        }
        let (world, _) = city.now()
        guard world.isReached(device) else {
            try await Task.sleep(for: Self.silence)
            context.channel.close(promise: nil)
            return Response(status: .gatewayTimeout)
        }
        let delay = world.faults.delay[device]
        if delay > 0 { try await Task.sleep(for: .milliseconds(Int64(delay * 1_000))) }
        return page(request, device: device)
    }

    private func page(_ request: Request, device: Int) -> Response {
        guard request.method == .get || request.method == .head else {
            return Response(.methodNotAllowed, "text/plain; charset=utf-8", "GET and HEAD only\n")
        }
        let path = request.uri.path
        let checks = city.inventory.devices[device].checks
        guard let check = checks.first(where: { Self.path(of: $0) == path }) else {
            return Response(.notFound, "text/plain; charset=utf-8", "this device has no page \(path)\n")
        }
        let (world, moment) = city.now()
        switch check.kind {
        case .scrape:
            var page = MetricsPage(world: world, device: device, moment: moment)
            return Response(.ok, "text/plain; version=0.0.4; charset=utf-8", page.text())
        case .page:
            let name = city.inventory.devices[device].name.vietnamese
            return Response(
                .ok, "text/html; charset=utf-8",
                DevicePage.html(name: name, world: world, device: device, moment: moment),
                [HTTPField(name: .contentLanguage, value: "vi")])
        }
    }

    private static func path(of check: HTTPCheck) -> String {
        String(check.path.prefix { $0 != "?" && $0 != "#" })
    }
}
