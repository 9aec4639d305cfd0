using System.Buffers.Binary;
using System.Buffers.Text;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Http;

/// <summary>Makes <c>fbtrace_id</c>: 23 characters that begin with an A, another one for each call.</summary>
internal sealed class TraceIds(int seed)
{
    private readonly Chance _chance = new Chance((ulong)(uint)seed).At(7);
    private long _calls;

    public string Next()
    {
        var call = _chance.At((ulong)Interlocked.Increment(ref _calls));
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, call.Bits);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], call.At(0).Bits);
        return "A" + Base64Url.EncodeToString(bytes);
    }
}
