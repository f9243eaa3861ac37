import Inventory
import SNMP

extension PollTarget {
    /// Where the target is asked, as a URL for people; holds no credential.
    package var url: String {
        switch access {
        case .snmp(let peer, _): "udp://\(peer.endpoint)"
        case .http(let check, let address):
            "\(check.scheme.rawValue)://\(check.host ?? address.urlHost):\(check.port)\(check.path)"
        }
    }
}
