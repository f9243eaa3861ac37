import Inventory
import Logging
import MonitoringModel
import Polling
import SNMP
import ServiceLifecycle

/// Takes traps in and, for those about links, asks the device at once how its interfaces stand. A trap alone changes
/// nothing: it may be late, doubled or forged.
struct TrapLoop: Service {
    let receiver: TrapReceiver
    let directory: DeviceDirectory
    let poller: Poller
    let coordinator: StateCoordinator
    let logger: Logger

    /// Devices asked at the same time; further traps wait in the receiver's bounded queue.
    private static let concurrentConfirmations = 64

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                let slots = ConfirmationSlots(Self.concurrentConfirmations)
                for await event in receiver.events {
                    guard let device = directory.device(at: event.source.address) else { continue }
                    logger.info("trap \(event.trapOID) from \(device)")
                    guard event.trapOID == TrapEvent.linkDown || event.trapOID == TrapEvent.linkUp else { continue }
                    await slots.take()
                    group.addTask {
                        await confirm(device)
                        await slots.release()
                    }
                }
            }
        }
        receiver.close()
    }

    private func confirm(_ device: String) async {
        do {
            coordinator.confirmed(try await poller.confirmInterfaces(of: device), of: device)
        } catch {
            // The next poll decides; the device may itself have just lost its path.
            logger.info("a trap from \(device) could not be confirmed: \(error)")
        }
    }
}

/// Counts down free places and lets takers wait for one.
private actor ConfirmationSlots {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        free = count
    }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func release() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
