/// Why a call on the state store did not do what was asked.
package struct StateStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The name is in use: choose another.
        case nameTaken
        /// Another token has the same text: make a new one.
        case digestTaken
        /// There is no such entry.
        case unknownKey
        /// A stored row is not what this program writes.
        case malformedRow
    }

    package var code: Code
    /// What was expected and what was found; safe to show.
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
