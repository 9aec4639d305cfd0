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

    /// <summary>Refuses nonsense.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    public void Validate()
    {
        if (Accounts is < 1 or > IdSpace.MaxAccounts)
            throw Wrong(nameof(Accounts), $"{Accounts} is not between 1 and {IdSpace.MaxAccounts}");
        if (MaxRowsPerPage < 1)
            throw Wrong(nameof(MaxRowsPerPage), $"{MaxRowsPerPage} is not positive");
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
