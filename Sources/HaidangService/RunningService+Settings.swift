import Foundation
import HTTPAPI
import HaidangConfiguration
import MonitoringModel
import Synchronization
import TimeSeriesStore

extension RunningService {
    func settings() -> ServiceSettings {
        let (text, configuredAt, isReloaded) = mutable.withLock {
            ($0.configurationText, $0.configuredAt, $0.isReloaded)
        }
        return ServiceSettings(
            configuration: text,
            flags: [
                "config": options.configurationDirectory, "data": options.dataDirectory ?? "", "listen": "\(listen)",
                "trap-listen": options.trapListen.map { "\($0)" } ?? "", "demo": "\(options.isDemo)",
                "storage.tsdb.retention.time": retentionText,
            ],
            startedAt: startedAt, configuredAt: configuredAt, isReloaded: isReloaded,
            damagedRows: timeSeries.statistics.damagedRows, retention: retentionText)
    }

    private var retentionText: String {
        "\(configuration.service.retention.wholeMilliseconds / 86_400_000)d"
    }

    /// `haidang.yml` and `credentials.yml` as they stand in a directory. They name secrets and hold none, but for URLs: of those only
    /// the host stays, since a webhook's path often is its token.
    static func configurationText(of directory: String) -> String {
        ["haidang.yml", "credentials.yml"].compactMap { name in
            let path = (directory as NSString).appendingPathComponent(name)
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            let text = String(decoding: data, as: UTF8.self)
                .replacing(/(:\/\/)([^\s"']*@)?([^\s\/"'?#,}]*)[^\s"']*/) { "\($0.output.1)\($0.output.3)/<secret>" }
            return "# \(name)\n\(text)"
        }.joined(separator: "\n")
    }
}
