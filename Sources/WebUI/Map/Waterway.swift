/// A river drawn behind the map for orientation: a schematic course, not a survey.
package struct Waterway: Sendable {
    package var name: String
    /// Latitude and longitude in degrees, in the direction of the flow.
    package var course: [(latitude: Double, longitude: Double)]

    package init(name: String, course: [(latitude: Double, longitude: Double)]) {
        self.name = name
        self.course = course
    }

    /// Rivers the map knows. One is drawn only where it passes the areas shown.
    package static let known = [
        Waterway(
            name: "Sông Hậu",
            course: [
                (10.345, 105.475), (10.310, 105.515), (10.280, 105.555), (10.250, 105.598), (10.212, 105.618),
                (10.175, 105.640), (10.142, 105.676), (10.116, 105.712), (10.095, 105.752), (10.066, 105.790),
                (10.034, 105.814), (9.998, 105.836), (9.962, 105.868), (9.925, 105.905),
            ])
    ]
}
