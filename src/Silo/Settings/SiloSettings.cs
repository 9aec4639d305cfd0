using System.Globalization;
using System.Net;
using MetaGrains.Core.Schedule;
using MetaGrains.Core.Upkeep;
using MetaGrains.Grains.Incidents;
using MetaGrains.Grains.Sweeps;
using MetaGrains.Grains.Upkeep;
using MetaGrains.Graph;
using MetaGrains.Silo.Hosting;
using MetaGrains.Tls;
using MetaGrains.Warehouse.Control;
using MetaGrains.Warehouse.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace MetaGrains.Silo.Settings;

/// <summary>Everything that the silo was told, read and found good before anything is started.</summary>
internal sealed class SiloSettings
{
    public const string DatabaseUrlName = "METAGRAINS_DATABASE_URL";
    private const string DirectUrlName = "METAGRAINS_DATABASE_DIRECT_URL";
    private const string SecretName = "METAGRAINS_CLUSTER_SECRET";
    private const string AppIdName = "META_APP_ID";
    private const string StubName = "META_STUB_MODE";
    private const string ProductionName = "production";

    // What operators call the options of the Graph client.
    private static readonly (string Option, string Name)[] GraphNames =
    [
        (nameof(GraphOptions.BaseAddress), "META_API_BASE_URL"),
        (nameof(GraphOptions.ApiVersion), "META_API_VERSION"),
        (nameof(GraphOptions.AppId), AppIdName),
        (nameof(GraphOptions.AppSecret), "META_APP_SECRET"),
        (nameof(GraphOptions.DialogAddress), "META_DIALOG_URL"),
        (nameof(GraphOptions.PageLimit), $"{SiloOptions.Section}:{nameof(SiloOptions.GraphPageLimit)}"),
        (nameof(GraphOptions.RetryBaseDelay), $"{SiloOptions.Section}:{nameof(SiloOptions.GraphRetryBaseDelay)}"),
    ];

    public required SiloOptions Options { get; init; }

    public required EncryptionKeys Keys { get; init; }

    public required string DatabaseUrl { get; init; }

    public required string? DirectUrl { get; init; }

    public required SyncOptions Sync { get; init; }

    public required RetentionOptions Retention { get; init; }

    public required UpkeepOptions Upkeep { get; init; }

    public required SlowStartOptions SlowStart { get; init; }

    public required IncidentOptions Incidents { get; init; }

    /// <summary>How silos and clients speak to each other.</summary>
    public required TlsOptions Tls { get; init; }

    public required Uri? GraphAddress { get; init; }

    public required string? GraphVersion { get; init; }

    public required string? AppSecret { get; init; }

    public required Uri? DialogAddress { get; init; }

    /// <summary>Graph requests are answered by a simulator in this process.</summary>
    public required bool Stub { get; init; }

    public required bool Production { get; init; }

    public required LogLevel LogLevel { get; init; }

    /// <exception cref="StartRefusedException">A value is missing or bad; the message is one line that names it.</exception>
    public static SiloSettings Read(IConfiguration configuration, IPEndPoint listen)
    {
        var read = new EnvironmentReader(configuration);
        var settings = new SiloSettings
        {
            LogLevel = read.Level("LOG_LEVEL"),
            Production = string.Equals(read.Text("APP_ENV"), ProductionName, StringComparison.OrdinalIgnoreCase),
            DatabaseUrl = Url(DatabaseUrlName, read.Text(DatabaseUrlName)
                ?? throw StartRefusedException.BadInput($"{DatabaseUrlName} is not set: name the database, as in postgres://user:password@host:5432/metagrains."))!,
            DirectUrl = Url(DirectUrlName, read.Text(DirectUrlName)),
            Keys = KeysOf(read.Text("ENCRYPTION_KEY")),
            Sync = new SyncOptions
            {
                JobsEnabled = read.Flag("META_JOBS_ENABLED", otherwise: true),
                FreshMinutes = read.Number("META_FRESH_SCHED_MINUTES", new SyncOptions().FreshMinutes, 0, SyncOptions.MostMinutes),
                AppId = AppIdOf(read.Text(AppIdName)),
                EntitiesMinutes = read.Number("META_SYNC_INTERVAL_MINUTES", new SyncOptions().EntitiesMinutes, 0, SyncOptions.MostMinutes),
                Cron = CronOf(read.Text("META_SYNC_CRON")),
            },
            GraphAddress = read.Address("META_API_BASE_URL"),
            GraphVersion = read.Text("META_API_VERSION"),
            AppSecret = read.Text("META_APP_SECRET"),
            DialogAddress = read.Address("META_DIALOG_URL"),
            Stub = read.Flag(StubName, otherwise: false),
            Options = SectionOf<SiloOptions>(configuration, SiloOptions.Section, options => options.Refuse()),
            Retention = SectionOf<RetentionOptions>(configuration, RetentionOptions.Section, options => options.Refuse()),
            Upkeep = SectionOf<UpkeepOptions>(configuration, UpkeepOptions.Section, options => options.Refuse()),
            Tls = SectionOf<TlsOptions>(configuration, TlsOptions.Section, options => options.Refuse(listens: true)),
            SlowStart = SectionOf<SlowStartOptions>(configuration, SlowStartOptions.Section, options => options.Refuse()),
            Incidents = SectionOf<IncidentOptions>(configuration, IncidentOptions.Section, options => options.Refuse()),
        };
        settings.Check(read, listen);
        return settings;
    }

    /// <summary>Sets up the Graph client.</summary>
    public void Apply(GraphOptions graph)
    {
        graph.BaseAddress = GraphAddress ?? graph.BaseAddress;
        graph.ApiVersion = GraphVersion ?? graph.ApiVersion;
        graph.AppId = Sync.AppId?.ToString(CultureInfo.InvariantCulture);
        graph.AppSecret = AppSecret;
        graph.DialogAddress = DialogAddress ?? graph.DialogAddress;
        graph.PageLimit = Options.GraphPageLimit ?? graph.PageLimit;
        graph.RetryBaseDelay = Options.GraphRetryBaseDelay ?? graph.RetryBaseDelay;
    }

    private void Check(EnvironmentReader read, IPEndPoint listen)
    {
        if (Stub && Production)
            throw StartRefusedException.BadInput($"{StubName} is on while APP_ENV is {ProductionName}: no made-up data there; unset one of them.");
        if (!IPAddress.IsLoopback(listen.Address) && read.Text(SecretName) is null)
            throw StartRefusedException.BadInput($"{SecretName} is not set: a gateway on {listen} needs one, which API and silos share; or listen on 127.0.0.1.");
        var graph = new GraphOptions();
        Apply(graph);
        if (new GraphOptionsValidator().Validate(null, graph) is { Failed: true, Failures: var failures })
            throw StartRefusedException.BadInput(Renamed(failures.First()));
    }

    private static string Renamed(string failure)
    {
        foreach (var (option, name) in GraphNames)
            failure = failure.Replace($"{GraphOptions.Section}:{option} ", $"{name} ", StringComparison.Ordinal);
        return failure;
    }

    private static TOptions SectionOf<TOptions>(IConfiguration configuration, string section, Func<TOptions, string?> refuse)
        where TOptions : class, new()
    {
        TOptions options;
        try
        {
            options = configuration.GetSection(section).Get<TOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new TOptions();
        }
        catch (InvalidOperationException malformed)
        {
            throw StartRefusedException.BadInput($"{section}: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }

        return refuse(options) is { } why ? throw StartRefusedException.BadInput(why) : options;
    }

    private static string? CronOf(string? text) =>
        text is null || CronExpression.TryParse(text, out _, out var refusal) ? text : throw StartRefusedException.BadInput($"META_SYNC_CRON: {refusal}");

    private static EncryptionKeys KeysOf(string? text)
    {
        try
        {
            return EncryptionKeys.Parse(text);
        }
        catch (FormatException malformed)
        {
            throw StartRefusedException.BadInput(malformed.Message, malformed);
        }
    }

    private static long? AppIdOf(string? text) => text is null
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var app) && app > 0
            ? app
            : throw StartRefusedException.BadInput($"{AppIdName} must be the app's number, digits only, not '{text}'.");

    private static string? Url(string name, string? text)
    {
        try
        {
            _ = text is null ? null : Warehouse.DatabaseUrl.Parse(text);
            return text;
        }
        catch (FormatException malformed)
        {
            throw StartRefusedException.BadInput($"{name}: {malformed.Message}", malformed);
        }
    }
}
