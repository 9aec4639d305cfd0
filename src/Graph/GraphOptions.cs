namespace MetaGrains.Graph;

/// <summary>How Meta is called. Configuration section <c>MetaGrains:Graph</c>.</summary>
public sealed class GraphOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MetaGrains:Graph";

    /// <summary>Where the Graph API answers; a simulator may stand there. Default: <c>https://graph.facebook.com/</c>.</summary>
    public Uri BaseAddress { get; set; } = new("https://graph.facebook.com/");

    /// <summary>Where a person logs in to grant access. Default: <c>https://www.facebook.com/</c>.</summary>
    public Uri DialogAddress { get; set; } = new("https://www.facebook.com/");

    /// <summary>The version in every path. Default: <c>v25.0</c>.</summary>
    public string ApiVersion { get; set; } = "v25.0";

    /// <summary>
    /// <c>limit</c> of insights pages, in rows. Meta counts calls and not rows, so small pages make throttling worse;
    /// a limit that is too large is answered with "reduce the amount of data". Default: 500.
    /// </summary>
    public int PageLimit { get; set; } = 500;

    /// <summary><c>limit</c> of pages of ad accounts. Default: 100.</summary>
    public int AccountsPageLimit { get; set; } = 100;

    /// <summary><c>limit</c> of pages of campaigns, ad sets, ads and creatives; ten times as many of ids alone. Default: 100.</summary>
    public int EntitiesPageLimit { get; set; } = 100;

    /// <summary>Retries of one page after a failure that may pass; a throttle is never retried. Default: 3.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>Wait before the first retry; doubles with each, plus up to a fifth of jitter. Default: 1 s (1, 2, 4 s).</summary>
    public TimeSpan RetryBaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Deadline of one attempt, from the request to the last byte of the body. Default: 300 s.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>
    /// Deadline of one request over all its attempts and the waits between them; waits for permits do not count.
    /// Default: 900 s.
    /// </summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(900);

    /// <summary>
    /// Calls within a minute before the circuit breaker may open. It opens when half of them got no answer, and never
    /// for anything that Meta says. Default: 20.
    /// </summary>
    public int BreakerMinimumCalls { get; set; } = 20;

    /// <summary>How long nothing is sent after the circuit breaker opened; then one call tries. Default: 30 s.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of one answer after content decoding; a longer one is refused. Default: 128 MiB.</summary>
    public long MaxResponseBytes { get; set; } = 128L * 1024 * 1024;

    /// <summary>Pages of one answer; a longer walk is refused. Default: 10,000.</summary>
    public int MaxPages { get; set; } = 10_000;

    /// <summary>The app's id; needed to exchange, inspect and revoke tokens. Default: none.</summary>
    public string? AppId { get; set; }

    /// <summary>The app's secret. Where it is set, every call carries <c>appsecret_proof</c>. Default: none.</summary>
    public string? AppSecret { get; set; }

    /// <summary>What sends the requests instead of sockets, such as an in-process simulator. Default: none.</summary>
    public Func<HttpMessageHandler>? Handler { get; set; }
}
