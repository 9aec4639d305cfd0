using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator;

/// <summary>What world the simulator serves, where, and at what time.</summary>
public sealed record GraphSimulatorOptions
{
    /// <summary>The world is a function of this number.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many accounts are made up. They cost nothing until they are asked for.</summary>
    public int Accounts { get; init; } = 3;

    /// <summary>
    /// Serve the recorded account instead of made-up ones: the folder that holds
    /// <c>keboola_meta_account/v23_recorded_2026-03-06</c>, or that folder itself.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>Where to listen; port 0 picks a free one. One address.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:0";

    /// <summary>
    /// What time it is when the simulator starts; from there <see cref="TimeProvider"/> moves it. Without it the time is
    /// that of <see cref="TimeProvider"/>, or the day of the recording when one is served.
    /// </summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>What moves the simulator's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// As Meta does, leave rows of archived and deleted objects out of answers at their level while their parents still
    /// count them. Off by default, so that the rows of every level add up to the account's truth.
    /// </summary>
    public bool HideArchivedRows { get; init; }

    /// <summary>An insights page that asks for more rows is refused with "Please reduce the amount of data".</summary>
    public int MaxRowsPerPage { get; init; } = 10_000;

    /// <summary>What a list does whose status filter names DELETED.</summary>
    public DeletedOnEdges DeletedOnEdges { get; init; }

    /// <summary>
    /// As Meta does, let young days move: today fills up, traffic is corrected for two days, conversions arrive for 28. Off
    /// by default, so that a day reads the same whenever it is read.
    /// </summary>
    public bool Restates { get; init; }

    /// <summary>
    /// As on Meta, give ad sets different attribution settings: the <c>value</c> of their conversions follows them. Off by
    /// default: all have <c>1d_view_7d_click</c>.
    /// </summary>
    public bool MixedAttribution { get; init; }

    /// <summary>Whether the accounts opted in to the breakdowns that need it since 2026-08-06; else those are silently empty.</summary>
    public bool OptedInToBreakdowns { get; init; }

    /// <summary>Which versions are alive.</summary>
    public SimulatedVersions Versions { get; init; } = new();

    /// <summary>How asynchronous reports run.</summary>
    public SimulatedReports Reports { get; init; } = new();

    /// <summary>The rate limits.</summary>
    public SimulatedLimits Limits { get; init; } = new();

    /// <summary>Where a question becomes too large.</summary>
    public SimulatedDataLimits DataLimits { get; init; } = new();

    /// <summary>Tokens beside those of <see cref="SimulatorTokens"/>; one of the same name replaces it.</summary>
    public IReadOnlyList<SimulatedToken> Tokens { get; init; } = [];

    /// <summary>
    /// The app's secret. When it is set, an <c>appsecret_proof</c> that comes with a call must be right; without it proofs
    /// are not looked at and OAuth takes <see cref="SimulatorTokens.AppSecret"/>.
    /// </summary>
    public string? AppSecret { get; init; }

    /// <summary>Whether a call without a proof is refused.</summary>
    public bool RequireAppSecretProof { get; init; }

    /// <summary>Refuses nonsense.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    public void Validate()
    {
        if (Accounts is < 1 or > IdSpace.MaxAccounts)
            throw Wrong(nameof(Accounts), $"{Accounts} is not between 1 and {IdSpace.MaxAccounts}");
        if (MaxRowsPerPage < 1)
            throw Wrong(nameof(MaxRowsPerPage), $"{MaxRowsPerPage} is not positive");
        if (RequireAppSecretProof && AppSecret is null)
            throw Wrong(nameof(RequireAppSecretProof), "it needs an AppSecret");
        if (AppSecret is { Length: 0 })
            throw Wrong(nameof(AppSecret), "it is empty; leave it null to check no proofs");
        if (Versions.OldestUpgraded > Versions.OldestCurrent || Versions.OldestCurrent > Versions.Newest)
            throw Wrong(nameof(Versions), "they are not in order");
        Limits.Validate();
        Reports.Validate();
        if (TimeProvider is null)
            throw Wrong(nameof(TimeProvider), "it is null");
        if (DataDirectory is { Length: 0 })
            throw Wrong(nameof(DataDirectory), "it is empty; leave it null to serve made-up accounts");
        if (!Uri.TryCreate(Urls, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/")
            throw Wrong(nameof(Urls), $"'{Urls}' is not one http address such as http://127.0.0.1:0");
    }

    private static ArgumentException Wrong(string option, string what) =>
        new($"GraphSimulatorOptions.{option}: {what}.", option);
}
