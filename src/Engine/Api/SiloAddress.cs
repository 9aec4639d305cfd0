using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Orleans.Runtime;

/// <summary>One life of a silo: where it listens, and its generation, so that a restart at the same port is another silo.</summary>
public sealed class SiloAddress : IEquatable<SiloAddress>, IComparable<SiloAddress>
{
    private SiloAddress(IPEndPoint endpoint, int generation) => (Endpoint, Generation) = (endpoint, generation);

    public static SiloAddress Zero { get; } = new(new IPEndPoint(IPAddress.Any, 0), 0);

    public IPEndPoint Endpoint { get; }

    public int Generation { get; }

    public static SiloAddress New(IPEndPoint ep, int gen) => new(ep, gen);

    public static SiloAddress New(IPAddress address, int port, int generation) => new(new IPEndPoint(address, port), generation);

    /// <summary>Writes <c>address:port@generation</c>.</summary>
    public string ToParsableString() => string.Create(CultureInfo.InvariantCulture, $"{Endpoint}@{Generation}");

    public static SiloAddress FromParsableString(string addr) =>
        TryParse(addr, out var result) ? result : throw new FormatException($"'{addr}' is not a silo address: it must read address:port@generation.");

    public static bool TryParse([NotNullWhen(true)] string? s, [NotNullWhen(true)] out SiloAddress? result)
    {
        var at = s?.LastIndexOf('@') ?? -1;
        result = at > 0 && IPEndPoint.TryParse(s![..at], out var endpoint)
            && int.TryParse(s[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var generation)
            ? new SiloAddress(endpoint, generation)
            : null;
        return result is not null;
    }

    public bool Equals(SiloAddress? other) => other is not null && Generation == other.Generation && Endpoint.Equals(other.Endpoint);

    public override bool Equals(object? obj) => Equals(obj as SiloAddress);

    public override int GetHashCode() => HashCode.Combine(Endpoint, Generation);

    public int CompareTo(SiloAddress? other) => string.CompareOrdinal(ToParsableString(), other?.ToParsableString());

    public override string ToString() => ToParsableString();
}
