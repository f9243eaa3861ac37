/// Why a line is not answered: what was expected and what was found.
package struct ForecastLineError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
