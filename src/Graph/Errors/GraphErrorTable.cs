using System.Collections.Frozen;
using MetaGrains.Core.Sync;

namespace MetaGrains.Graph.Errors;

/// <summary>One line of the table.</summary>
/// <param name="Code">Meta's code.</param>
/// <param name="Subcode">Its subcode; null for every subcode that has no line of its own.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Scope">What a throttle counts.</param>
/// <param name="Advice">What a person can do.</param>
/// <param name="Says">Where a code alone is ambiguous: what the message holds. Messages may change, so only three lines need it.</param>
/// <param name="Excess">In which way the question was too large.</param>
/// <param name="Alert">Whether a person should look soon, although waiting may mend it.</param>
internal sealed record GraphErrorRow(
    int Code,
    int? Subcode,
    GraphErrorKind Kind,
    ThrottleScope Scope,
    string Advice,
    string? Says = null,
    Excess Excess = Excess.None,
    bool Alert = false);

/// <summary>The one place that says what Meta's error codes mean (error reference, insights error codes, rate limits).</summary>
internal static class GraphErrorTable
{
    private static readonly GraphErrorRow Unlisted = new(
        0, null, GraphErrorKind.Permanent, ThrottleScope.None,
        "This error is not known; quote the trace id to Meta's support.");

    private static readonly GraphErrorRow UnlistedTransient = Unlisted with
    {
        Kind = GraphErrorKind.Transient,
        Advice = "Meta calls it transient; it is tried again later.",
    };

    private static readonly GraphErrorRow TooManyRequests = Unlisted with
    {
        Kind = GraphErrorKind.Throttled,
        Scope = ThrottleScope.App,
        Advice = "A limit was reached; no call is made until it has passed.",
    };

    private static readonly FrozenDictionary<(int Code, int Subcode), GraphErrorRow> Exact =
        GraphErrorRows.All.Where(row => row.Subcode is not null).ToFrozenDictionary(row => (row.Code, row.Subcode!.Value));

    private static readonly FrozenDictionary<int, GraphErrorRow> ByCode =
        GraphErrorRows.All.Where(row => row is { Subcode: null, Says: null }).ToFrozenDictionary(row => row.Code);

    // Seven-digit subcodes also appear in the place of the code (the error reference's own example has one).
    private static readonly FrozenDictionary<int, GraphErrorRow> BySubcodeAlone =
        GraphErrorRows.All.Where(row => row.Subcode > 999_999)
            .GroupBy(row => row.Subcode!.Value)
            .Where(rows => rows.Select(row => (row.Kind, row.Scope)).Distinct().Count() == 1)
            .ToFrozenDictionary(rows => rows.Key, rows => rows.First());

    private static readonly GraphErrorRow[] ByMessage = [.. GraphErrorRows.All.Where(row => row.Says is not null)];

    /// <summary>The line for an error. Falls back to what is_transient and the HTTP status say.</summary>
    public static GraphErrorRow Classify(GraphError error, int status)
    {
        if (error.Code is { } code)
        {
            if (error.Subcode is { } subcode && Exact.TryGetValue((code, subcode), out var exact))
                return exact;
            if (ByMessage.FirstOrDefault(row => row.Code == code && Holds(error.Message, row.Says!)) is { } said)
                return said;
            if (BySubcodeAlone.TryGetValue(code, out var misplaced))
                return misplaced;
            if (ByCode.TryGetValue(code, out var general))
                return general;
            if (code is >= 200 and <= 299)
                return ByCode[200];
        }

        if (error.Subcode is { } alone && BySubcodeAlone.TryGetValue(alone, out var bySubcode))
            return bySubcode;
        if (status == 429)
            return TooManyRequests;
        return error.IsTransient == true || status >= 500 ? UnlistedTransient : Unlisted;
    }

    /// <summary>Whether the table knows the error, and not only its flags and status.</summary>
    public static bool IsListed(GraphError error) => Classify(error, status: 400) is var row && row != Unlisted && row != UnlistedTransient;

    private static bool Holds(string? message, string part) =>
        message?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;
}
