package import Forecasting

/// What the forecasts of a night were calibrated with, and what that rests on.
package struct ForecastCalibration: Hashable, Sendable {
    /// As in `FleetCalibration`.
    package var shift: Double
    package var stretch: Double
    /// Past forecasts, one a resource and month, of which it is known when their resource was full or until when it was
    /// not.
    package var forecasts: Int
    /// How many of them were of resources that filled.
    package var filled: Int

    package init(shift: Double, stretch: Double, forecasts: Int, filled: Int) {
        self.shift = shift
        self.stretch = stretch
        self.forecasts = forecasts
        self.filled = filled
    }

    package init(_ fleet: FleetCalibration = FleetCalibration(), record: FleetRecord = FleetRecord()) {
        self.init(shift: fleet.shift, stretch: fleet.stretch, forecasts: record.count, filled: record.filled)
    }

    /// False: the record is too short, and the calibration the one that all fleets begin with.
    package var isFitted: Bool {
        let first = FleetCalibration()
        return shift != first.shift || stretch != first.stretch
    }
}
