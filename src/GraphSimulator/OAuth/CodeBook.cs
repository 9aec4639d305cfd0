using System.Collections.Concurrent;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.OAuth;

/// <summary>What somebody allowed in the dialog.</summary>
internal sealed record Grant(string RedirectUri, IReadOnlyList<string> Scopes, DateTimeOffset At);

/// <summary>The codes that the dialog gave out, each good once and for ten minutes, and the tokens made from them.</summary>
internal sealed class CodeBook(int seed)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Chance _chance = new Chance((ulong)(uint)seed).At(19);
    private readonly ConcurrentDictionary<string, Grant?> _codes = new(StringComparer.Ordinal);
    private long _made;

    public string Give(Grant grant)
    {
        var code = $"AQ{NewText()}";
        _codes[code] = grant;
        return code;
    }

    /// <exception cref="GraphException">It is unknown, used, too old, or was given for another address.</exception>
    public Grant Take(string code, string redirectUri, DateTimeOffset now)
    {
        if (!_codes.TryGetValue(code, out var grant))
            throw GraphErrors.Plain(100, "Invalid verification code format.");
        if (grant is null)
            throw GraphErrors.Plain(100, "This authorization code has been used.", 36009);
        if (now - grant.At > Lifetime)
            throw GraphErrors.Plain(100, "This authorization code has expired.", 36007);
        if (grant.RedirectUri != redirectUri)
            throw GraphErrors.Plain(100, "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request", 36008);
        return _codes.TryUpdate(code, null, grant) ? grant : throw GraphErrors.Plain(100, "This authorization code has been used.", 36009);
    }

    public string NewToken() => $"EAAS{NewText()}";

    private string NewText()
    {
        var chance = _chance.At((ulong)Interlocked.Increment(ref _made));
        return $"{chance.At(0).Bits:x16}{chance.At(1).Bits:x16}{chance.At(2).Bits:x16}";
    }
}
