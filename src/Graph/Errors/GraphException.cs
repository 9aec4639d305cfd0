using System.Globalization;
using System.Text;
using MetaGrains.Core.Accounts;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Usage;

namespace MetaGrains.Graph.Errors;

/// <summary>
/// Meta refused, or what came back is no answer. The message says what happened and what to do, for a person; it
/// holds neither a token nor a URL.
/// </summary>
public sealed class GraphException : SourceException
{
    private const int RequestTimeout = 408;
    private const int TooManyRequests = 429;
    private const int GatewayTimeout = 504;

    internal GraphException(string message, GraphErrorKind kind, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    /// <summary>What it means.</summary>
    public GraphErrorKind Kind { get; }

    /// <summary>What a throttle counts; <see cref="ThrottleScope.None"/> for everything else.</summary>
    public ThrottleScope Scope { get; internal init; }

    /// <inheritdoc />
    public override Excess Excess => Size;

    /// <summary>
    /// The use case that is blocked, such as <c>ads_insights</c>: what the business header says of this account. Meta's
    /// codes for use cases are not to be trusted alone. Null when the header does not tell.
    /// </summary>
    public string? UseCase { get; internal init; }

    /// <summary>Whether a person should look soon, although waiting may mend it.</summary>
    public bool Alert { get; internal init; }

    /// <inheritdoc />
    public override int? Code => Error?.Code;

    /// <inheritdoc />
    public override int? Subcode => Error?.Subcode;

    /// <inheritdoc />
    public override string? TraceId => Error?.TraceId;

    /// <summary>Meta's <c>type</c>; <c>OAuthException</c> does not mean a token problem.</summary>
    public string? ErrorType => Error?.Type;

    /// <summary>Meta's <c>message</c>, scrubbed.</summary>
    public string? ErrorMessage => Error?.Message;

    /// <summary>Meta's <c>error_user_title</c>, in the language of the person.</summary>
    public string? UserTitle => Error?.UserTitle;

    /// <summary>Meta's <c>error_user_msg</c>, in the language of the person.</summary>
    public string? UserMessage => Error?.UserMessage;

    /// <summary>Meta's <c>error_data</c> as JSON text.</summary>
    public string? ErrorData => Error?.Data;

    /// <summary>Meta's <c>is_transient</c>.</summary>
    public bool? IsTransient => Error?.IsTransient;

    /// <summary>HTTP status, or null when no answer came.</summary>
    public int? Status { get; internal init; }

    /// <summary>What the answer's headers said about limits.</summary>
    public UsageObservation Usage { get; internal init; } = UsageObservation.Unknown;

    /// <summary>How long the headers say that the scope is blocked; null when they do not.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>HTTP requests for the page that failed, retries included. Pages delivered before count their own.</summary>
    public override int Calls => CallsMade;

    /// <inheritdoc />
    public override int Polls => PollsMade;

    /// <inheritdoc />
    public override bool RateLimited => Kind == GraphErrorKind.Throttled;

    /// <inheritdoc />
    public override bool EndsRun => Kind is GraphErrorKind.Throttled or GraphErrorKind.Reauthorise or GraphErrorKind.Permission;

    /// <inheritdoc />
    public override bool WorthRereading => Kind is GraphErrorKind.InvalidAnswer or GraphErrorKind.Network;

    // An error with a code is Meta's considered answer; a lost cursor stays lost, however often it is sent.
    internal bool WorthRetrying => Kind switch
    {
        GraphErrorKind.Transient or GraphErrorKind.Network => true,
        GraphErrorKind.InvalidAnswer => Code is null,
        _ => false,
    };

    /// <summary>Whether the error is one of those that are known, and not only judged by its flags and status.</summary>
    public bool IsListed { get; internal init; } = true;

    internal int CallsMade { get; set; }

    internal int PollsMade { get; set; }

    internal Excess Size { get; init; }

    // No answer, or one that somebody before Meta gave: what a circuit breaker counts. Everything else is Meta speaking.
    internal bool IsTransport =>
        Kind == GraphErrorKind.Network || (Kind == GraphErrorKind.InvalidAnswer && Error is null && Status >= 500);

    private GraphError? Error { get; init; }

    /// <summary>An error object of Meta's, classified.</summary>
    internal static GraphException Refused(GraphError error, string edge, AdAccountId? account, int status, UsageObservation usage)
    {
        var row = GraphErrorTable.Classify(error, status);
        return new GraphException(Describe(error, row, edge, account, status), row.Kind)
        {
            Error = error,
            Scope = row.Scope,
            Status = status,
            Usage = usage,
            Size = row.Excess,
            Alert = row.Alert,
            IsListed = GraphErrorTable.IsListed(error),
            RetryAfter = row.Kind == GraphErrorKind.Throttled ? StatedWait(row.Scope, account, usage) : null,
            UseCase = row.Scope == ThrottleScope.BusinessUseCase ? BlockedUseCase(account, usage) : null,
        };
    }

    /// <summary>A status that is no success, without an error of Meta's to explain it.</summary>
    internal static GraphException WithoutError(string edge, AdAccountId? account, int status, UsageObservation usage) =>
        status == TooManyRequests
            ? Refused(new GraphError { Message = "too many requests" }, edge, account, status, usage)
            : new GraphException(
                $"HTTP {status} without an error of Meta's came back for {edge}{(account is { } known ? $" of {known}" : "")}: something between here and Meta answered, or Meta is down.",
                GraphErrorKind.InvalidAnswer)
            {
                Status = status,
                Usage = usage,
                Size = status is RequestTimeout or GatewayTimeout ? Excess.Time : Excess.None,
            };

    private static string Describe(GraphError error, GraphErrorRow row, string edge, AdAccountId? account, int status)
    {
        var text = new StringBuilder("Meta refused ").Append(edge);
        if (account is { } known)
            text.Append(" of ").Append(known);
        text.Append(": ").Append(error.Message ?? error.Type ?? "no message").Append(' ');
        text.Append(CultureInfo.InvariantCulture, $"[code {error.Code?.ToString(CultureInfo.InvariantCulture) ?? "none"}");
        if (error.Subcode is { } subcode)
            text.Append(CultureInfo.InvariantCulture, $"/{subcode}");
        text.Append(CultureInfo.InvariantCulture, $", HTTP {status}");
        if (error.TraceId is { } trace)
            text.Append(", trace ").Append(trace);
        return text.Append("] ").Append(row.Advice).ToString();
    }

    private static TimeSpan? StatedWait(ThrottleScope scope, AdAccountId? account, UsageObservation usage)
    {
        var wait = scope switch
        {
            ThrottleScope.BusinessUseCase => EntriesOf(account, usage).Select(entry => entry.RegainAccessAfter).DefaultIfEmpty(TimeSpan.Zero).Max(),
            ThrottleScope.AccountScore => usage.AdAccount?.ResetAfter ?? TimeSpan.Zero,
            _ => TimeSpan.Zero,
        };
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static string? BlockedUseCase(AdAccountId? account, UsageObservation usage) =>
        EntriesOf(account, usage)
            .Where(entry => entry.RegainAccessAfter > TimeSpan.Zero || entry.LargestPercent >= 100)
            .OrderByDescending(entry => entry.RegainAccessAfter)
            .ThenByDescending(entry => entry.LargestPercent)
            .Select(entry => entry.Type)
            .FirstOrDefault(type => type.Length > 0);

    // The business header counts for the account that was asked; captures key it by the account's number, the
    // documentation by a business, so without a match every entry is taken.
    private static IEnumerable<BusinessUsage> EntriesOf(AdAccountId? account, UsageObservation usage)
    {
        var number = account?.Number.ToString(CultureInfo.InvariantCulture);
        return usage.Business.Any(entry => entry.ObjectId == number)
            ? usage.Business.Where(entry => entry.ObjectId == number)
            : usage.Business;
    }
}
