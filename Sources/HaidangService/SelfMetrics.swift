import AlertDispatch
import ExpositionFormat
import HTTPAPI
import HaidangConfiguration
import Inventory
import MonitoringModel
import Polling
import SNMP
import ServiceLifecycle
import TimeSeriesStore

/// The service's figures of itself, as metric families and as stored series.
enum SelfMetrics {
    static func families(of running: RunningService) -> [MetricFamily] {
        let stats = running.timeSeries.statistics
        let traps = running.traps?.counters ?? TrapCounters()
        let dispatch = running.dispatcher.status
        let reloads = running.reloadCounts
        let targets = running.poller.statuses()
        let polls = running.poller.counts()
        let alerts = running.coordinator.alerts
        var list = FamilyList()
        list.gauge("haidang_start_time_seconds", "When the process began, Unix time.", running.startedAt.seconds)
        list.info("haidang_build_info", "Version of the running program.", [Label("version", ProductVersion.text)])
        list.gauge("haidang_targets", "Poll targets of the plan in force.", Double(targets.count))
        list.gauge(
            "haidang_targets_up", "Targets whose last poll succeeded.", Double(targets.count { $0.last?.isUp == true }))
        list.counter("haidang_polls_total", "Polls that ended, and slots that were lost.", Double(polls.polls))
        list.counter(
            "haidang_polls_successful_total", "Polls that were answered.",
            Double(polls.successes))
        list.counter(
            "haidang_polls_on_time_total", "Polls that began and ended in their slot.",
            Double(polls.onTime))
        list.counter(
            "haidang_refused_values_total",
            "Values of agents that were not written: marks for \"unknown\", text for a number, what no device can mean.",
            Double(polls.refusedValues))
        list.counter(
            "haidang_device_changes_total",
            "Interfaces that came, went or were renumbered, and devices that were replaced.",
            Double(polls.changes.values.reduce(0, +)))
        list.gauge("haidang_alerts_firing", "Alerts that fire.", Double(alerts.count))
        list.counter("haidang_traps_received_total", "Datagrams at the trap port.", Double(traps.received))
        list.counter("haidang_traps_refused_total", "Traps of sources not allowed.", Double(traps.refused))
        list.counter("haidang_traps_malformed_total", "Traps that could not be decoded.", Double(traps.malformed))
        list.counter(
            "haidang_traps_unauthentic_total", "Traps with a wrong community, user or digest.",
            Double(traps.unauthentic))
        list.counter("haidang_traps_dropped_total", "Traps dropped because the queue was full.", Double(traps.dropped))
        list.gauge("haidang_notifications_pending", "Notifications not yet delivered.", Double(dispatch.pending))
        list.counter("haidang_notifications_delivered_total", "Notifications delivered.", Double(dispatch.delivered))
        list.counter(
            "haidang_notification_failures_total", "Attempts at delivery that failed.", Double(dispatch.failedAttempts))
        list.counter(
            "haidang_notifications_abandoned_total", "Notifications given up.", Double(dispatch.abandoned))
        list.counter(
            "haidang_alert_store_failures_total", "Alert changes that could not be stored.",
            Double(running.announceFailures.value))
        let queries = running.queries.figures
        list.gauge("haidang_queries_running", "Queries that are evaluated now.", Double(queries.running))
        list.gauge("haidang_queries_waiting", "Queries that wait for their turn.", Double(queries.waiting))
        list.counter("haidang_queries_total", "Queries that ended.", Double(queries.ended))
        list.counter("haidang_queries_failed_total", "Queries that ended without an answer.", Double(queries.failed))
        list.counter("haidang_query_seconds_total", "Time that queries took.", queries.time.inSeconds)
        list.counter("haidang_reloads_total", "Configurations taken into force since the start.", Double(reloads.good))
        list.counter("haidang_reload_failures_total", "Configurations refused.", Double(reloads.failed))
        let probes = running.reachability.counters
        list.counter("haidang_reachability_probes_total", "Probes of devices between polls.", Double(probes.probes))
        list.counter("haidang_reachability_probes_lost_total", "Of these, not answered.", Double(probes.lost))
        list.counter(
            "haidang_reachability_questions_total", "Agents asked because of probes.", Double(probes.questions))
        ForecastMetrics.add(running.capacity.figures, to: &list)
        SNMPMetrics.add(running.snmp.counters, to: &list)
        StoreMetrics.add(stats, to: &list)
        return list.families
    }
}

/// Families with one sample each, built one line at a time.
struct FamilyList {
    private(set) var families: [MetricFamily] = []

    mutating func gauge(_ name: String, _ help: String, _ value: Double) {
        add(name, .gauge, help, [], value)
    }

    mutating func counter(_ name: String, _ help: String, _ value: Double) {
        add(name, .counter, help, [], value)
    }

    mutating func info(_ name: String, _ help: String, _ labels: [Label]) {
        add(name, .gauge, help, labels, 1)
    }

    private mutating func add(
        _ name: String, _ kind: MetricMetadata.Kind, _ help: String, _ labels: [Label], _ value: Double
    ) {
        families.append(
            MetricFamily(
                metadata: MetricMetadata(name: name, kind: kind, help: help),
                samples: [(LabelSet(metric: name, labels), value, nil)]))
    }
}

/// Stores the self-metrics as series at the polling interval, and notes the sample rate.
struct SelfMetricsService: Service {
    let running: RunningService

    private static let rateInterval = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var nextStore = running.clock.now
            while !Task.isCancelled {
                let now = running.clock.now
                let isReady = running.readiness().allSatisfy(\.isReady)
                // The history of a demo is no rate of polling.
                if isReady { running.rate.note(running.timeSeries.statistics.samplesAppended, at: now) }
                if isReady, now >= nextStore {
                    store(at: now)
                    nextStore = now + running.configuration.service.pollInterval
                }
                try? await Task.sleep(for: Self.rateInterval)
            }
        }
    }

    private func store(at now: Timestamp) {
        let families = SelfMetrics.families(of: running)
        let target = [
            Label("job", "haidang"), Label("instance", "haidang"), Label("site", running.inventory.monitorSite),
        ]
        let samples = families.flatMap(\.samples)
        let series = running.timeSeries.seriesIDs(for: samples.map { LabelSet($0.labels.labels + target) })
        running.timeSeries.describe(families.map(\.metadata))
        running.timeSeries.append(
            SampleBatch(timestamp: now, values: zip(series, samples).map { (series: $0, value: $1.value) }))
    }
}
