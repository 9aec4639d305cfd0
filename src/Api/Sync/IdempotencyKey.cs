using System.Reflection;
using MetaGrains.Api.Problems;

namespace MetaGrains.Api.Sync;

/// <summary>The header <c>Idempotency-Key</c>: the caller's own name for a request, which it may send again.</summary>
/// <param name="Value">The key; null when none was sent.</param>
internal sealed record IdempotencyKey(string? Value)
{
    public const string Header = "Idempotency-Key";

    private const int Longest = 200;

    /// <summary>Called by the framework.</summary>
    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var sent = context.Request.Headers[Header];
        if (sent.Count == 0)
            return ValueTask.FromResult<IdempotencyKey?>(new IdempotencyKey((string?)null));
        return sent.Count == 1 && sent[0] is { Length: > 0 and <= Longest } key && key.All(letter => letter is >= ' ' and <= '~')
            ? ValueTask.FromResult<IdempotencyKey?>(new IdempotencyKey(key))
            : throw ProblemException.BadRequest(Header, "The header Idempotency-Key is no key.", $"Send it once, with 1 to {Longest} printable ASCII characters.");
    }
}
