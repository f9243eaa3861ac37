/// The bits that stand for "this series has no sample in this round" among the values of a group.
///
/// A signalling NaN that neither devices nor Prometheus write. A sample that comes with just these bits is stored as the ordinary
/// NaN: the one value that does not come back bit for bit.
///
/// Public, so that the check is inlined in other modules.
public enum AbsentValue {
    public static var bits: UInt64 { 0x7ff0_0000_6162_7321 }
    public static var value: Double { Double(bitPattern: bits) }

    public static func isAbsent(_ value: Double) -> Bool { value.bitPattern == bits }
}
