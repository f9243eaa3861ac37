/// The unit of a value as a module exports it; common metrics convert it to the base unit of its quantity.
package enum MetricUnit: String, CaseIterable, Sendable {
    case celsius, fahrenheit, kelvin
    case ratio, percent
    case volts, decivolts, millivolts, amperes, deciamperes, milliamperes, watts, kilowatts, milliwatts, voltAmperes =
        "volt_amperes"
    case kilovoltAmperes = "kilovolt_amperes", wattHours = "watt_hours", kilowattHours = "kilowatt_hours"
    case hertz, decihertz
    case rpm, decibelMilliwatts = "dbm", decibels, pascals, cubicMetersPerSecond = "cubic_meters_per_second"
    case cubicMetersPerHour = "cubic_meters_per_hour", liters, lux, metersPerSecond = "meters_per_second"
    case milliseconds, ticks, seconds, minutes, hours, days
    case bytes, kilobytes, kibibytes, megabytes, mebibytes, gigabytes, gibibytes, terabytes, tebibytes
    case bitsPerSecond = "bits_per_second", kilobitsPerSecond = "kilobits_per_second"
    case megabitsPerSecond = "megabits_per_second", bytesPerSecond = "bytes_per_second"
    case count

    /// What a unit measures.
    package enum Quantity: Sendable {
        case temperature, share, voltage, current, power, apparentPower, energy, frequency, rotation, level, pressure
        case flow, volume, light, speed, time, information, dataRate, count

        /// What a device can mean by a value, in base units; anything else is a fault of its agent or a mark for "unknown".
        package var plausible: ClosedRange<Double> {
            switch self {
            case .temperature: -100...300
            case .share: -0.01...10
            case .voltage: -100_000...100_000
            case .current: -10_000...10_000
            case .power, .apparentPower: -10_000_000...100_000_000
            case .energy: 0...1e18
            case .frequency: 0...1e12
            case .rotation: 0...200_000
            case .level: -200...200
            case .pressure: -1e6...1e9
            case .flow: 0...1e6
            case .volume, .light: 0...1e9
            case .speed: 0...1_000
            case .time: 0...1e10
            case .information: 0...1e19
            case .dataRate: 0...1e15
            case .count: 0...1e18
            }
        }
    }

    package var quantity: Quantity {
        switch self {
        case .celsius, .fahrenheit, .kelvin: .temperature
        case .ratio, .percent: .share
        case .volts, .decivolts, .millivolts: .voltage
        case .amperes, .deciamperes, .milliamperes: .current
        case .watts, .kilowatts, .milliwatts: .power
        case .voltAmperes, .kilovoltAmperes: .apparentPower
        case .wattHours, .kilowattHours: .energy
        case .hertz, .decihertz: .frequency
        case .rpm: .rotation
        case .decibelMilliwatts, .decibels: .level
        case .pascals: .pressure
        case .cubicMetersPerSecond, .cubicMetersPerHour: .flow
        case .liters: .volume
        case .lux: .light
        case .metersPerSecond: .speed
        case .milliseconds, .ticks, .seconds, .minutes, .hours, .days: .time
        case .bytes, .kilobytes, .kibibytes, .megabytes, .mebibytes, .gigabytes, .gibibytes, .terabytes, .tebibytes:
            .information
        case .bitsPerSecond, .kilobitsPerSecond, .megabitsPerSecond, .bytesPerSecond: .dataRate
        case .count: .count
        }
    }

    /// Whether a value in this unit comes from a sensor: something measured, not something counted.
    package var isMeasured: Bool {
        switch quantity {
        case .temperature, .voltage, .current, .power, .apparentPower, .energy, .frequency, .rotation, .level,
            .pressure,
            .flow, .volume, .light, .speed:
            true
        case .share, .time, .information, .dataRate, .count: false
        }
    }

    /// The value in the base unit of its quantity: degrees Celsius, ratio, volts, amperes, watts, seconds, bytes,
    /// bytes per second.
    package func base(_ value: Double) -> Double {
        switch self {
        case .fahrenheit: (value - 32) / 1.8
        case .kelvin: value - 273.15
        default: value * factor
        }
    }

    /// The value in this unit of one in the base unit.
    func fromBase(_ value: Double) -> Double {
        switch self {
        case .fahrenheit: value * 1.8 + 32
        case .kelvin: value + 273.15
        default: value / factor
        }
    }

    private var factor: Double {
        switch self {
        case .percent, .ticks: 0.01
        case .decivolts, .deciamperes, .decihertz: 0.1
        case .millivolts, .milliamperes, .milliwatts, .milliseconds: 0.001
        case .kilowatts, .kilovoltAmperes, .kilowattHours, .kilobytes: 1_000
        case .kibibytes: 1_024
        case .megabytes: 1_000_000
        case .mebibytes: 1_048_576
        case .gigabytes: 1e9
        case .gibibytes: 1_073_741_824
        case .terabytes: 1e12
        case .tebibytes: 1_099_511_627_776
        case .minutes: 60
        case .hours: 3_600
        case .days: 86_400
        case .cubicMetersPerHour: 1.0 / 3_600
        case .bitsPerSecond: 0.125
        case .kilobitsPerSecond: 125
        case .megabitsPerSecond: 125_000
        default: 1
        }
    }

    /// The unit that a text of a device means by what follows a number, of the same quantity as this one; nil: unknown.
    ///
    /// Sizes are written "TB" where binary multiples are meant as often as not; the multiple follows the module's own unit.
    func sibling(symbol: String) -> MetricUnit? {
        let isBinary = [.bytes, .kibibytes, .mebibytes, .gibibytes, .tebibytes].contains(self)
        let unit: MetricUnit? =
            switch (quantity, symbol.lowercased()) {
            case (.temperature, "c"), (.temperature, "°c"), (.temperature, "celsius"), (.temperature, "degrees"),
                (.temperature, "degc"), (.temperature, "deg"), (.temperature, "°"):
                .celsius
            case (.temperature, "f"), (.temperature, "°f"), (.temperature, "fahrenheit"): .fahrenheit
            case (.temperature, "k"): .kelvin
            case (.share, "%"), (.share, "percent"), (.share, "%rh"): .percent
            case (.voltage, "v"), (.voltage, "volts"), (.voltage, "vdc"), (.voltage, "vac"): .volts
            case (.voltage, "mv"): .millivolts
            case (.current, "a"), (.current, "amps"): .amperes
            case (.current, "ma"): .milliamperes
            case (.power, "w"), (.power, "watts"): .watts
            case (.power, "kw"): .kilowatts
            case (.apparentPower, "va"): .voltAmperes
            case (.apparentPower, "kva"): .kilovoltAmperes
            case (.energy, "kwh"): .kilowattHours
            case (.energy, "wh"): .wattHours
            case (.frequency, "hz"): .hertz
            case (.rotation, "rpm"): .rpm
            case (.level, "dbm"): .decibelMilliwatts
            case (.level, "db"): .decibels
            case (.time, "s"), (.time, "sec"), (.time, "seconds"): .seconds
            case (.time, "ms"): .milliseconds
            case (.time, "min"), (.time, "minutes"): .minutes
            case (.time, "h"), (.time, "hours"): .hours
            case (.time, "days"): .days
            case (.information, "b"), (.information, "byte"), (.information, "bytes"): .bytes
            case (.information, "kb"), (.information, "k"): isBinary ? .kibibytes : .kilobytes
            case (.information, "mb"), (.information, "m"): isBinary ? .mebibytes : .megabytes
            case (.information, "gb"), (.information, "g"): isBinary ? .gibibytes : .gigabytes
            case (.information, "tb"), (.information, "t"): isBinary ? .tebibytes : .terabytes
            case (.information, "kib"): .kibibytes
            case (.information, "mib"): .mebibytes
            case (.information, "gib"): .gibibytes
            case (.information, "tib"): .tebibytes
            default: nil
            }
        return unit
    }
}
