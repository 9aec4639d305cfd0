using System.Buffers.Binary;

namespace MetaGrains.Bench.Calls;

/// <summary>Length of what follows, number of the caller, message.</summary>
internal static class PlainFrame
{
    private const int LengthBytes = 4;
    private const int CallerBytes = 4;

    public const int Length = LengthBytes + CallerBytes + Load.MessageBytes;

    public static void Write(Span<byte> frame, int caller)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, Length - LengthBytes);
        BinaryPrimitives.WriteInt32LittleEndian(frame[LengthBytes..], caller);
    }

    public static int Caller(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadInt32LittleEndian(frame[LengthBytes..]);

    /// <summary>Bytes of the whole frames at the beginning of a buffer.</summary>
    public static int Whole(ReadOnlySpan<byte> buffer)
    {
        var at = 0;
        while (buffer.Length - at >= LengthBytes && BinaryPrimitives.ReadInt32LittleEndian(buffer[at..]) + LengthBytes is var length && buffer.Length - at >= length)
            at += length;
        return at;
    }
}
