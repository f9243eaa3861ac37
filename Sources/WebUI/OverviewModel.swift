package import MonitoringModel

/// Everything the overview page shows, as plain values. HTTPAPI fills it from the same sources as the JSON API.
package struct OverviewModel: Sendable {
    /// How a place or thing stands; drawn as shape + word + colour.
    package enum Standing: String, Sendable, CaseIterable {
        case up, warning, down, unreachable, unknown
    }

    /// One site: one hexagon.
    package struct Tile: Sendable {
        package var id: String
        package var name: String
        package var standing: Standing
        /// For unreachable: the name of the cause. Otherwise a short explanation, or "".
        package var because: String
        /// Degrees; nil when unknown. Tiles inside an area follow geography.
        package var latitude: Double?
        package var longitude: Double?

        package init(
            id: String, name: String, standing: Standing, because: String, latitude: Double?, longitude: Double?
        ) {
            self.id = id
            self.name = name
            self.standing = standing
            self.because = because
            self.latitude = latitude
            self.longitude = longitude
        }
    }

    /// A group of tiles: an area directly below the root, or the centre.
    package struct AreaGroup: Sendable {
        package var id: String
        package var name: String
        package var isCentre: Bool
        package var latitude: Double?
        package var longitude: Double?
        package var tiles: [Tile]
        package var reachable: Int { tiles.count { $0.standing == .up || $0.standing == .warning } }

        package init(
            id: String, name: String, isCentre: Bool, latitude: Double?, longitude: Double?, tiles: [Tile]
        ) {
            self.id = id
            self.name = name
            self.isCentre = isCentre
            self.latitude = latitude
            self.longitude = longitude
            self.tiles = tiles
        }
    }

    /// A line between two groups on the map.
    package struct Trunk: Sendable {
        package var id: String
        package var name: String
        /// Ids of `AreaGroup`s.
        package var from: String
        package var to: String
        package var standing: Standing
        /// Load of the busier direction, 0...1; nil without data.
        package var load: Double?

        package init(id: String, name: String, from: String, to: String, standing: Standing, load: Double?) {
            self.id = id
            self.name = name
            self.from = from
            self.to = to
            self.standing = standing
            self.load = load
        }
    }

    package struct Incident: Sendable {
        package var id: String
        package var title: String
        /// "critical" or "warning".
        package var severity: String
        package var since: Timestamp
        /// Lines of evidence: what was seen and how.
        package var evidence: [String]
        /// Names of sites that are unreachable because of it.
        package var unreachable: [String]

        package init(
            id: String, title: String, severity: String, since: Timestamp, evidence: [String], unreachable: [String]
        ) {
            self.id = id
            self.title = title
            self.severity = severity
            self.since = since
            self.evidence = evidence
            self.unreachable = unreachable
        }
    }

    package struct Pool: Sendable {
        package var id: String
        package var name: String
        /// Bytes; nil without data.
        package var used: Double?
        package var size: Double?
        /// 0...1.
        package var fullAt: Double
        /// Mean growth over the last 30 days in bytes a day; nil when there is less history than that.
        package var growthPerDay: Double?
        /// Used bytes over the last 90 days, oldest first, evenly spaced; empty without history. NaN where nothing is known.
        package var history: [Double]
        /// Age of the newest sample in seconds; nil without data.
        package var age: Double?
        /// Nil before the first.
        package var forecast: Forecast?

        package init(
            id: String, name: String, used: Double?, size: Double?, fullAt: Double, growthPerDay: Double?,
            history: [Double], age: Double?, forecast: Forecast? = nil
        ) {
            self.id = id
            self.name = name
            self.used = used
            self.size = size
            self.fullAt = fullAt
            self.growthPerDay = growthPerDay
            self.history = history
            self.age = age
            self.forecast = forecast
        }
    }

    /// When a pool is full, as the capacity page tells it.
    package struct Forecast: Sendable {
        package var madeAt: Timestamp
        package var abstention: CapacityModel.Abstention?
        package var fill: CapacityModel.FillDays
        /// Days until the order has to be out; negative: overdue; nil: no need in sight.
        package var orderWithin: Double?
        /// Nearest day first.
        package var band: [CapacityModel.UsePoint]

        package init(
            madeAt: Timestamp, abstention: CapacityModel.Abstention?, fill: CapacityModel.FillDays,
            orderWithin: Double?, band: [CapacityModel.UsePoint]
        ) {
            self.madeAt = madeAt
            self.abstention = abstention
            self.fill = fill
            self.orderWithin = orderWithin
            self.band = band
        }
    }

    /// A target whose last poll failed, with its reason.
    package struct FailedTarget: Sendable {
        package var job: String
        package var instance: String
        package var siteName: String
        package var reasonCode: String
        package var reasonDetail: String
        /// Seconds since the last successful poll; nil when there never was one.
        package var age: Double?

        package init(
            job: String, instance: String, siteName: String, reasonCode: String, reasonDetail: String, age: Double?
        ) {
            self.job = job
            self.instance = instance
            self.siteName = siteName
            self.reasonCode = reasonCode
            self.reasonDetail = reasonDetail
            self.age = age
        }
    }

    /// Name of the whole, as "Cần Thơ".
    package var cityName: String
    package var now: Timestamp
    /// Identifier of the time zone for shown times, as "Asia/Ho_Chi_Minh".
    package var timeZone: String
    /// Seconds since the newest sample; nil when there is none yet.
    package var dataAge: Double?
    package var groups: [AreaGroup]
    package var trunks: [Trunk]
    package var incidents: [Incident]
    package var pools: [Pool]
    package var failedTargets: [FailedTarget]
    package var targetCount: Int
    package var targetsUp: Int
    /// Share of polls on time and successful since the start, 0...1; nil before the first.
    package var pollQuality: Double?
    package var pollInterval: Double
    package var seriesCount: Int
    package var samplesPerSecond: Double
    package var notificationsPending: Int
    package var notificationsDelivered: Int
    package var notificationError: String?
    package var roomCount: Int
    package var roomsReady: Int
    package var databaseBytes: Int64
    package var trapCount: Int
    package var version: String
    package var isDemo: Bool
    /// Rivers drawn behind the map where they pass the areas shown.
    package var waterways: [Waterway] = Waterway.known

    package init(
        cityName: String, now: Timestamp, timeZone: String, dataAge: Double?, groups: [AreaGroup], trunks: [Trunk],
        incidents: [Incident], pools: [Pool], failedTargets: [FailedTarget], targetCount: Int, targetsUp: Int,
        pollQuality: Double?, pollInterval: Double, seriesCount: Int, samplesPerSecond: Double,
        notificationsPending: Int, notificationsDelivered: Int, notificationError: String?, roomCount: Int,
        roomsReady: Int, databaseBytes: Int64, trapCount: Int, version: String, isDemo: Bool
    ) {
        self.cityName = cityName
        self.now = now
        self.timeZone = timeZone
        self.dataAge = dataAge
        self.groups = groups
        self.trunks = trunks
        self.incidents = incidents
        self.pools = pools
        self.failedTargets = failedTargets
        self.targetCount = targetCount
        self.targetsUp = targetsUp
        self.pollQuality = pollQuality
        self.pollInterval = pollInterval
        self.seriesCount = seriesCount
        self.samplesPerSecond = samplesPerSecond
        self.notificationsPending = notificationsPending
        self.notificationsDelivered = notificationsDelivered
        self.notificationError = notificationError
        self.roomCount = roomCount
        self.roomsReady = roomsReady
        self.databaseBytes = databaseBytes
        self.trapCount = trapCount
        self.version = version
        self.isDemo = isDemo
    }
}
